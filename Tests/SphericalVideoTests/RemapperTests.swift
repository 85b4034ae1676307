import Glibc
import Media
import SansIO
import SphericalVideo
import Testing

@Suite struct RemapperTests {
  private static func table(
    _ source: VideoSize, _ output: VideoSize, yaw: Double = 0, pitch: Double = 0, roll: Double = 0,
    fieldOfView: Double = 90
  ) -> RemapTable {
    RemapTable(
      from: SourceGeometry(size: source, layout: .yuv420p, projection: Equirectangular()), to: output,
      view: CameraView(
        orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)),
        fieldOfView: .degrees(fieldOfView)))
  }

  @Test(.enabled(if: Remapper.Kernel.available.count > 1, "this machine has one kernel: nothing to compare it with"))
  func `there is more than one kernel to compare`() {
    #expect(Set(Remapper.Kernel.available).count == Remapper.Kernel.available.count)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func `all kernels and layouts give the same bytes on random pictures`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let source = VideoSize(width: .random(in: 2...400, using: &random), height: .random(in: 2...200, using: &random))
    let output = VideoSize(width: .random(in: 1...300, using: &random), height: .random(in: 1...100, using: &random))
    let (yaw, pitch) = (Double.random(in: -180...180, using: &random), Double.random(in: -90...90, using: &random))
    let table = Self.table(
      source, output, yaw: yaw, pitch: pitch, roll: .random(in: -180...180, using: &random),
      fieldOfView: .random(in: 20...150, using: &random))
    let padding = Int.random(in: 0...9, using: &random) * 2
    for layout in [PlanarPicture.Layout.yuv420p, .yuv420p10, .nv12, .p010] {
      let picture = OwnedPicture(layout, source, padding: padding)
      picture.fillRandomly(&random)
      let results = Remapper.Kernel.available.map { kernel in
        let target = OwnedPicture(.yuv420p, output, padding: 3)
        Remapper.remap(picture.view, through: table, into: target.view, kernel: kernel)
        return target
      }
      for result in results.dropFirst() {
        #expect(result.hasSameBytes(as: results[0]), "seed \(seed), \(layout), \(source) to \(output)")
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func `pictures of 10 bits are the same for all kernels, and are those of 8 bits before they are rounded`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    let (source, output) = (VideoSize(width: 321, height: 161), VideoSize(width: 133, height: 71))
    let table =
      seed.isMultiple(of: 2)
      ? Self.table(source, output, yaw: .random(in: -180...180, using: &random), pitch: 60)
      : RemapTable(
        from: SourceGeometry(
          size: source, layout: .yuv420p, projection: Fisheye.dual(aspectRatio: 2, fieldOfView: .degrees(195))),
        to: output, view: CameraView(orientation: Orientation(yaw: .degrees(80)), fieldOfView: .degrees(120)))
    for layout in [PlanarPicture.Layout.yuv420p, .yuv420p10, .nv12, .p010] {
      let picture = OwnedPicture(layout, source, padding: 4)
      picture.fillRandomly(&random)
      let narrow = OwnedPicture(.yuv420p, output)
      Remapper.remap(picture.view, through: table, into: narrow.view)
      let results = Remapper.Kernel.available.map { kernel in
        let target = OwnedPicture(.yuv420p10, output, padding: 6)
        Remapper.remap(picture.view, through: table, into: target.view, kernel: kernel)
        return target
      }
      #expect(results.allSatisfy { $0.hasSameBytes(as: results[0]) }, "seed \(seed), \(layout)")
      for plane in 0..<3 {
        let size = narrow.size(ofPlane: plane)
        for y in 0..<size.height {
          for x in 0..<size.width {
            let (wide, rounded) = (results[0][plane, x, y], narrow[plane, x, y])
            // Each is rounded for itself; where pictures are mixed, twice.
            guard (wide - 4 * rounded).magnitude > (seed.isMultiple(of: 2) ? 2 : 4), wide < 1020 else { continue }
            Issue.record("seed \(seed), \(layout), plane \(plane), \(x), \(y): \(wide) is not \(rounded)")
            return
          }
        }
      }
    }
  }

  /// Views at about the source's own scale, where tiles are read a row at a time.
  @Test(arguments: [(0.0, 0.0, 0.0), (0, 0, 180), (150, 10, 5), (40, -30, 0)])
  func `rows that are read whole give the same bytes, seed 9`(yaw: Double, pitch: Double, roll: Double) {
    var random = SeededGenerator(seed: 9)
    let (source, output) = (VideoSize(width: 1922, height: 961), VideoSize(width: 645, height: 363))
    let table = Self.table(source, output, yaw: yaw, pitch: pitch, roll: roll)
    let picture = OwnedPicture(.yuv420p, source, padding: 6)
    picture.fillRandomly(&random)
    let results = Remapper.Kernel.available.map { kernel in
      let target = OwnedPicture(.yuv420p, output)
      Remapper.remap(picture.view, through: table, into: target.view, kernel: kernel)
      return target
    }
    #expect(results.allSatisfy { $0.hasSameBytes(as: results[0]) })
  }

  @Test func `pairs and planes, high and low words of the same samples give the same picture, seed 11`() {
    var random = SeededGenerator(seed: 11)
    let (source, output) = (VideoSize(width: 321, height: 161), VideoSize(width: 150, height: 70))
    let table = Self.table(source, output, yaw: 175, pitch: 60)
    for (planar, paired, limit) in [
      (PlanarPicture.Layout.yuv420p, PlanarPicture.Layout.nv12, 255), (.yuv420p10, .p010, 1023),
    ] {
      let (first, second) = (OwnedPicture(planar, source), OwnedPicture(paired, source, padding: 2))
      first.fill { _, _, _ in .random(in: 0...limit, using: &random) }
      second.fill { first[$0, $1, $2] }
      for kernel in Remapper.Kernel.available {
        let (a, b) = (OwnedPicture(.yuv420p, output), OwnedPicture(.yuv420p, output))
        Remapper.remap(first.view, through: table, into: a.view, kernel: kernel)
        Remapper.remap(second.view, through: table, into: b.view, kernel: kernel)
        #expect(a.hasSameBytes(as: b))
      }
    }
  }

  @Test func `ten bits are rounded to eight, seed 12`() {
    var random = SeededGenerator(seed: 12)
    let (source, output) = (VideoSize(width: 200, height: 100), VideoSize(width: 96, height: 54))
    let table = Self.table(source, output, yaw: -100, pitch: -20)
    let (eight, ten) = (OwnedPicture(.yuv420p, source), OwnedPicture(.yuv420p10, source))
    eight.fill { _, _, _ in .random(in: 0...255, using: &random) }
    ten.fill { 4 * eight[$0, $1, $2] }
    for kernel in Remapper.Kernel.available {
      let (a, b) = (OwnedPicture(.yuv420p, output), OwnedPicture(.yuv420p, output))
      Remapper.remap(eight.view, through: table, into: a.view, kernel: kernel)
      Remapper.remap(ten.view, through: table, into: b.view, kernel: kernel)
      #expect(a.hasSameBytes(as: b))
    }
    ten.fill { _, _, _ in 1023 }
    let white = OwnedPicture(.yuv420p, output)
    for kernel in Remapper.Kernel.available {
      Remapper.remap(ten.view, through: table, into: white.view, kernel: kernel)
      #expect(white[0, 10, 10] == 255)
    }
  }

  /// A picture that is smooth on the sphere, so also over the seam and the poles, is seen as it is everywhere.
  @Test(arguments: [(0.0, 0.0), (180, 0), (180, 45), (0, 90), (30, -90), (-178, 88)])
  func `nothing shows at the seam or at the poles`(yaw: Double, pitch: Double) {
    let (source, output) = (VideoSize(width: 1024, height: 512), VideoSize(width: 640, height: 360))
    func value(_ plane: Int, _ d: Vector3) -> Double {
      128 + 50 * sin(3 * d.x + Double(plane)) + 40 * cos(2 * d.y) * cos(2 * d.z + 1)
    }
    let picture = OwnedPicture(.yuv420p, source)
    picture.fill { plane, x, y in
      let size = picture.size(ofPlane: plane)
      let point = ImagePoint(x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
      return Int(value(plane, Equirectangular().direction(of: point)!).rounded())
    }
    let target = OwnedPicture(.yuv420p, output)
    Remapper.remap(picture.view, through: Self.table(source, output, yaw: yaw, pitch: pitch), into: target.view)
    let turn = Posed(Equirectangular(), by: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch)))
    let lens = Rectilinear(horizontalFieldOfView: .degrees(90), aspectRatio: 16.0 / 9)
    for plane in 0..<3 {
      let size = target.size(ofPlane: plane)
      var worst = 0.0
      for y in 0..<size.height {
        for x in 0..<size.width {
          let point = ImagePoint(x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
          let seen = lens.direction(of: point)!
          let upright = Equirectangular().point(towards: seen)!
          let direction = turn.direction(of: upright)!
          worst = max(worst, abs(value(plane, direction) - Double(target[plane, x, y])))
        }
      }
      #expect(worst < 1.6, "plane \(plane): off by \(worst)")
    }
  }
}
