import Media

/// A place in a source plane, in samples with their centres at whole numbers.
struct SourcePosition {
  var x: Double
  var y: Double
  /// The face that it is on; negative where nothing is shown.
  var face: Int

  static let nothing = SourcePosition(x: .nan, y: .nan, face: -1)
}

/// The samples of a plane that belong to a face.
struct FaceSamples {
  let picture: UInt8
  let columns: ClosedRange<Int>
  let rows: ClosedRange<Int>

  /// - Parameters:
  ///   - width: Samples that the picture has across, not always a whole number; `height` likewise.
  ///   - plane: What is stored.
  init(_ face: Face, width: Double, height: Double, plane: VideoSize) {
    picture = UInt8(face.picture)
    columns = Self.inside(face.x * width, (face.x + face.width) * width, of: plane.width)
    rows = Self.inside(face.y * height, (face.y + face.height) * height, of: plane.height)
  }

  /// The samples whose centres lie between two places; never none.
  private static func inside(_ start: Double, _ end: Double, of count: Int) -> ClosedRange<Int> {
    // What is meant to be a whole number may be one only nearly.
    let first = max(0, min(count - 1, Int((start - 0.5 - 1e-6).rounded(.up))))
    return first...max(first, min(count - 1, Int((end - 0.5 + 1e-6).rounded(.down))))
  }

  func contains(_ column: Int, _ row: Int) -> Bool { columns.contains(column) && rows.contains(row) }
}

/// What the table of a plane is made from: where the samples of an output plane are in a source plane.
struct PlaneMap {
  /// The sizes of the planes, in samples.
  let source: VideoSize
  let output: VideoSize
  let faces: [FaceSamples]
  /// Where an output sample is in the source. It is asked for samples a little outside of the plane, too.
  let position: (Double, Double) -> SourcePosition
  /// The second place of an output sample, and its weight; nil where nothing overlaps.
  let overlap: ((Double, Double) -> (position: SourcePosition, weight: Double)?)?
  /// Whether a face has anything to show at a sample of its own.
  let shows: (_ column: Int, _ row: Int, _ face: Int) -> Bool
  /// Where that is seen which a face would show at a sample if it went on beyond its border.
  let beyond: (_ column: Int, _ row: Int, _ face: Int) -> SourcePosition

  /// - Parameter subsampling: Luma samples for each of the plane's, across and down.
  init(
    from source: some Projection, size: VideoSize, to lens: some Projection, size outputSize: VideoSize,
    view: Rotation, subsampling: Int
  ) {
    // An odd picture's last chroma sample is half outside of it: scales are those of the luma plane.
    let (width, height) = (Double(size.width) / Double(subsampling), Double(size.height) / Double(subsampling))
    let across = Double(subsampling) / Double(outputSize.width)
    let down = Double(subsampling) / Double(outputSize.height)
    let lensFaces = lens.faces
    let plane = size.subsampled(by: subsampling)
    self.source = plane
    output = outputSize.subsampled(by: subsampling)
    faces = source.faces.map { FaceSamples($0, width: width, height: height, plane: plane) }

    func direction(_ x: Double, _ y: Double) -> Vector3? {
      let point = ImagePoint(x: (x + 0.5) * across, y: (y + 0.5) * down)
      var face = 0
      if lensFaces.count > 1 {
        // What is a little outside goes on as the face beside it.
        let inside = ImagePoint(x: max(0, min(1, point.x)), y: max(0, min(1, point.y)))
        guard let index = lensFaces.firstIndex(where: { $0.contains(inside) }) else { return nil }
        face = index
      }
      return lens.direction(of: point, on: face).map(view.rotated)
    }
    func sample(_ place: ImagePlace) -> SourcePosition {
      SourcePosition(x: place.point.x * width - 0.5, y: place.point.y * height - 0.5, face: place.face)
    }
    func point(_ column: Int, _ row: Int) -> ImagePoint {
      ImagePoint(x: (Double(column) + 0.5) / width, y: (Double(row) + 0.5) / height)
    }
    position = { x, y in direction(x, y).flatMap(source.place).map(sample) ?? .nothing }
    overlap =
      source.hasOverlaps
      ? { x, y in direction(x, y).flatMap(source.overlap).map { (sample($0.place), $0.weight) } } : nil
    shows = { source.shows(point($0, $1), on: $2) }
    beyond = { column, row, face in
      source.direction(of: point(column, row), on: face).flatMap(source.place).map(sample) ?? .nothing
    }
  }
}

extension VideoSize {
  fileprivate func subsampled(by factor: Int) -> VideoSize {
    VideoSize(width: (width + factor - 1) / factor, height: (height + factor - 1) / factor)
  }
}
