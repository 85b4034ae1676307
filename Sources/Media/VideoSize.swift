/// Width and height of a picture in pixels.
public struct VideoSize: Hashable, Sendable, CustomStringConvertible {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// "1280x720".
  public var description: String { "\(width)x\(height)" }
}
