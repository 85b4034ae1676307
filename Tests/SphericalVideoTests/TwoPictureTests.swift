import Media
import SansIO
import SphericalVideo
import Testing

/// A source of two pictures: as if each were a face of a cube's halves.
@Suite struct TwoPictureTests {
  /// A panorama whose left and right halves are in two pictures, with a little of each in both.
  struct Halves: Projection {
    /// So much of the panorama's width is in both, to each side of a border.
    static let overlap = 0.02

    var faces: [Face] {
      [Face(x: 0, y: 0, width: 1, height: 1), Face(picture: 1, x: 0, y: 0, width: 1, height: 1)]
    }

    private func start(_ face: Int) -> Double { Double(face) / 2 - Self.overlap }
    private var width: Double { 0.5 + 2 * Self.overlap }

    func direction(of point: ImagePoint, on face: Int) -> Vector3? {
      Equirectangular().direction(of: ImagePoint(x: start(face) + point.x * width, y: point.y))
    }

    private func place(_ x: Double, _ y: Double, on face: Int) -> ImagePlace {
      var x = x - start(face)
      if x < 0 { x += 1 }
      if x >= 1 { x -= 1 }
      return ImagePlace(ImagePoint(x: x / width, y: y), face: face)
    }

    func place(towards direction: Vector3) -> ImagePlace? {
      guard let point = Equirectangular().point(towards: direction) else { return nil }
      return place(point.x, point.y, on: point.x < 0.5 ? 0 : 1)
    }

    var hasOverlaps: Bool { true }

    func overlap(towards direction: Vector3) -> Overlap? {
      guard let point = Equirectangular().point(towards: direction) else { return nil }
      let distance = min(abs(point.x - 0.5), point.x, 1 - point.x)
      guard distance < Self.overlap else { return nil }
      return Overlap(
        place: place(point.x, point.y, on: point.x < 0.5 ? 1 : 0), weight: 0.5 - distance / Self.overlap / 2)
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `two pictures are seen as one, by every kernel and layout`(seed: UInt64) {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let size = VideoSize(width: 520, height: 480)
    let output = VideoSize(width: 403, height: 227)
    let view = CameraView(
      orientation: Orientation(
        yaw: .degrees(.random(in: -180...180, using: &random)), pitch: .degrees(.random(in: -60...60, using: &random))),
      fieldOfView: .degrees(100))
    let table = RemapTable(
      from: SourceGeometry(size: size, layout: .yuv420p, projection: Halves()), to: output, view: view)
    #expect(table.pictures == 2)
    for layout in [PlanarPicture.Layout.yuv420p, .nv12, .yuv420p10, .p010] {
      let scale = layout == .yuv420p || layout == .nv12 ? 1 : 4
      let pictures = (0..<2).map { face in
        let picture = OwnedPicture(layout, size)
        picture.fill { plane, x, y in
          let plane2 = picture.size(ofPlane: plane)
          let point = ImagePoint(
            x: (Double(x) + 0.5) / Double(plane2.width), y: (Double(y) + 0.5) / Double(plane2.height))
          return scale * Int(ShapeAgreementTests.value(plane, Halves().direction(of: point, on: face)!).rounded())
        }
        return picture
      }
      let results = Remapper.Kernel.available.map { kernel in
        let target = OwnedPicture(.yuv420p, output)
        Remapper.remap(pictures[0].view, pictures[1].view, through: table, into: target.view, kernel: kernel)
        return target
      }
      for result in results.dropFirst() { #expect(result.hasSameBytes(as: results[0]), "\(layout)") }
      let lens = Posed(
        Rectilinear(horizontalFieldOfView: .degrees(100), aspectRatio: 403.0 / 227), by: view.orientation)
      for plane in 0..<3 {
        let planeSize = results[0].size(ofPlane: plane)
        let step = plane == 0 ? 1.0 : 2.0
        var worst = 0.0
        for y in 0..<planeSize.height {
          for x in 0..<planeSize.width {
            let point = ImagePoint(x: (Double(x) + 0.5) * step / 403, y: (Double(y) + 0.5) * step / 227)
            let expected = ShapeAgreementTests.value(plane, lens.direction(of: point)!)
            worst = max(worst, abs(expected - Double(results[0][plane, x, y])))
          }
        }
        #expect(worst < 3, "\(layout), plane \(plane): off by \(worst)")
      }
    }
  }
}
