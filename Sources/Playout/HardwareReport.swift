import FFmpeg
import Media

/// What the graphics devices of the machine can do, as they have shown.
public struct HardwareReport: Hashable, Sendable {
  public enum Work: Hashable, Sendable {
    case decode(DecodeProfile)
    case encode
  }

  public struct Row: Hashable, Sendable {
    public var work: Work
    /// The largest picture.
    public var limit: VideoSize
    /// nil when it did not come so far.
    public var framesPerSecond: Double?
    /// Why it is not used; nil when it is.
    public var refusal: String?

    public var isProved: Bool { refusal == nil }
  }

  public struct Device: Hashable, Sendable {
    public var path: String
    public var driver: String
    public var rows: [Row]

    public var isUsable: Bool { rows.contains(where: \.isProved) }
  }

  public var devices: [Device]
  /// Why there is none, or why one of them is not used.
  public var problems: [String]

  /// Why nothing is decoded or encoded by a device.
  var problem: String {
    problems.first ?? devices.first?.rows.first?.refusal ?? "the graphics device does nothing that is of use here"
  }

  func reason(against profile: DecodeProfile) -> String {
    let rows = devices.first(where: \.isUsable)?.rows ?? []
    guard let refusal = rows.first(where: { $0.work == .decode(profile) })?.refusal else {
      return "the graphics device does not decode \(profile)"
    }
    return "the graphics device does not decode \(profile) as it should: \(refusal)"
  }
}

extension HardwareReport.Work: CustomStringConvertible {
  public var description: String {
    switch self {
    case .decode(let profile): "decode \(profile)"
    case .encode: "encode H.264 Constrained Baseline"
    }
  }
}
