import Media

/// Where every pixel of a view comes from in the pictures of a source: one table for luma, one for both chroma planes.
///
/// Built when a source's geometry is known, in some milliseconds; immutable, so that any thread may use it. It takes
/// at most 12 bytes an output pixel. Positions are within 1/16 of a source sample of exact ones.
///
/// Chroma is taken to lie in the middle of its four luma samples, in the source and in the output.
public final class RemapTable: Sendable {
  public let sourceSize: VideoSize
  public let outputSize: VideoSize
  let luma: PlaneTable
  let chroma: PlaneTable

  /// The view of a camera that looks from the middle of the world.
  ///
  /// - Parameters:
  ///   - geometry: The pictures of the source; every side in `SourceGeometry.sides`.
  ///   - output: The size of the view, its pixels being square.
  ///   - view: Where the camera looks.
  ///   - fieldOfView: How wide it looks, horizontally: more than 0°, less than 180°.
  public convenience init(
    from geometry: SourceGeometry, to output: VideoSize, view: Orientation, fieldOfView: Angle
  ) {
    self.init(
      from: geometry.projection, size: geometry.size,
      to: Rectilinear(
        horizontalFieldOfView: fieldOfView, aspectRatio: Double(output.width) / Double(output.height)),
      size: output, view: view)
  }

  /// Any projection seen through any other.
  public init(
    from source: some Projection, size sourceSize: VideoSize, to lens: some Projection, size outputSize: VideoSize,
    view: Orientation
  ) {
    let sides = SourceGeometry.sides
    precondition(
      sides.contains(sourceSize.width) && sides.contains(sourceSize.height) && sides.contains(outputSize.width)
        && sides.contains(outputSize.height), "a picture's sides are in \(sides)")
    self.sourceSize = sourceSize
    self.outputSize = outputSize
    let rotation = Rotation(view)
    func plane(subsampling: Int) -> PlaneTable {
      // An odd picture's last chroma sample is half outside of it: scales are those of the luma plane.
      let (width, height) = (
        Double(sourceSize.width) / Double(subsampling), Double(sourceSize.height) / Double(subsampling)
      )
      let across = Double(subsampling) / Double(outputSize.width)
      let down = Double(subsampling) / Double(outputSize.height)
      return PlaneTable(
        PlaneTableBuilder(
          source: sourceSize.subsampled(by: subsampling), output: outputSize.subsampled(by: subsampling),
          edges: source.edges, turn: width
        ) { x, y in
          guard let direction = lens.direction(of: ImagePoint(x: (x + 0.5) * across, y: (y + 0.5) * down)),
            let point = source.point(towards: rotation.rotated(direction))
          else { return ImagePoint(x: .nan, y: .nan) }
          return ImagePoint(x: point.x * width - 0.5, y: point.y * height - 0.5)
        })
    }
    luma = plane(subsampling: 1)
    chroma = plane(subsampling: 2)
  }

  /// Where each luma sample of the output is taken from, row by row, in source samples (pixel centres at whole
  /// numbers); nil for the few at a seam or a pole, whose taps are not four neighbours, and for those that show
  /// nothing.
  package var lumaPositions: [ImagePoint?] { luma.positions }

  /// As `lumaPositions`, in chroma samples.
  package var chromaPositions: [ImagePoint?] { chroma.positions }
}

extension VideoSize {
  fileprivate func subsampled(by factor: Int) -> VideoSize {
    VideoSize(width: (width + factor - 1) / factor, height: (height + factor - 1) / factor)
  }
}
