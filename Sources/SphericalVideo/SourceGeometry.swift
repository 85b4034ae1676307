import Media

/// All that a table needs to know of the pictures of a source.
public struct SourceGeometry: Hashable, Sendable {
  /// The sides, in pixels, of the pictures that can be projected.
  public static let sides = 1...32768

  public var size: VideoSize
  public var layout: PlanarPicture.Layout
  public var projection: any Projection

  public init(size: VideoSize, layout: PlanarPicture.Layout, projection: any Projection) {
    self.size = size
    self.layout = layout
    self.projection = projection
  }

  public static func == (lhs: SourceGeometry, rhs: SourceGeometry) -> Bool {
    lhs.size == rhs.size && lhs.layout == rhs.layout && AnyHashable(lhs.projection) == AnyHashable(rhs.projection)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(size)
    hasher.combine(layout)
    projection.hash(into: &hasher)
  }
}
