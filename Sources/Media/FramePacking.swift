/// How a picture itself says that it holds the pictures for two eyes (the frame packing arrangement SEI of H.264 and
/// HEVC).
public struct FramePacking: Hashable, Sendable {
  /// nil for a way that is none of these.
  public var layout: StereoLayout?
  /// Whether the right eye's picture comes first.
  public var swapsEyes: Bool

  public init(layout: StereoLayout?, swapsEyes: Bool = false) {
    self.layout = layout
    self.swapsEyes = swapsEyes
  }
}
