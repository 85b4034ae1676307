/// `a=rtpmap:<payload type> <encoding>/<clock rate>[/<parameters>]` (RFC 8866 section 6.6).
public struct RTPMap: Hashable, Sendable, CustomStringConvertible {
  /// 0…127. Browsers use 35…63 too (RFC 5761 section 4 leaves those free with rtcp-mux).
  public var payloadType: UInt8
  /// As written; compare without regard to case.
  public var encoding: String
  public var clockRate: UInt32
  public var parameters: String?

  public init(payloadType: UInt8, encoding: String, clockRate: UInt32, parameters: String? = nil) {
    self.payloadType = payloadType
    self.encoding = encoding
    self.clockRate = clockRate
    self.parameters = parameters
  }

  /// Reads what stands after `rtpmap:`; nil for anything malformed.
  public init?(_ value: String) {
    guard let line = PayloadTypeLine(value) else { return nil }
    let parts = line.rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), !parts[0].isEmpty, let rate = UInt32(parts[1]), rate > 0 else { return nil }
    self.init(
      payloadType: line.payloadType, encoding: parts[0], clockRate: rate, parameters: parts.count == 3 ? parts[2] : nil)
  }

  public var description: String { "\(payloadType) \(encoding)/\(clockRate)" + (parameters.map { "/" + $0 } ?? "") }
}
