import Media

/// Where every pixel of a view comes from in the pictures of a source: one table for luma, one for both chroma planes.
///
/// Built when a source's geometry is known, in some milliseconds; immutable, so that any thread may use it. It takes
/// at most 12 bytes an output pixel (`bytesPerPixel`). Positions are within 1/16 of a source sample of exact ones.
///
/// Chroma is taken to lie in the middle of its four luma samples, in the source and in the output.
public final class RemapTable: Sendable {
  static let bytesPerPixel = 12

  public let sourceSize: VideoSize
  public let outputSize: VideoSize
  /// How many pictures the source has.
  public let pictures: Int
  let luma: PlaneTable
  let chroma: PlaneTable

  /// The view of a camera that looks from the middle of the world.
  ///
  /// - Parameters:
  ///   - geometry: The pictures of the source; every side in `SourceGeometry.sides`.
  ///   - output: The size of the view, its pixels being square.
  ///   - view: Where the camera looks, with which lens.
  public convenience init(from geometry: SourceGeometry, to output: VideoSize, view: CameraView) {
    let upright = view.turn.turned(output)
    let aspectRatio = Double(upright.width) / Double(upright.height)
    let own = geometry.projection.ownLens(aspectRatio: aspectRatio)
    let lens = own?.stored(by: view.turn) ?? view.lens(aspectRatio: aspectRatio).stored(by: view.turn)
    self.init(
      from: geometry.projection, size: geometry.size, to: lens, size: output,
      view: own == nil ? view.orientation : .forward)
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
      PlaneTable(
        PlaneTableBuilder(
          PlaneMap(
            from: source, size: sourceSize, to: lens, size: outputSize, view: rotation, subsampling: subsampling)))
    }
    luma = plane(subsampling: 1)
    chroma = plane(subsampling: 2)
    pictures = source.faces.contains { $0.picture > 0 } ? 2 : 1
  }

  /// Where each luma sample of the output is taken from, row by row, in source samples (pixel centres at whole
  /// numbers); nil for the few at a seam or a pole, whose taps are not four neighbours, and for those that show
  /// nothing.
  package var lumaPositions: [ImagePoint?] { luma.positions }

  /// As `lumaPositions`, in chroma samples.
  package var chromaPositions: [ImagePoint?] { chroma.positions }
}
