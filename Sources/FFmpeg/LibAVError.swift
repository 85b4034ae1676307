import CFFmpeg

/// What a libav function returned when it failed.
public struct LibAVError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A negative AVERROR code.
  public let code: Int32
  /// What was being done, as a verb: "open", "decode a packet".
  public let operation: String

  public init(code: Int32, operation: String) {
    self.code = code
    self.operation = operation
  }

  /// "cannot decode a packet: Invalid data found when processing input".
  public var description: String { "cannot \(operation): \(reason)" }

  /// libav's own words for the code.
  public var reason: String {
    var text = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
    av_strerror(code, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
