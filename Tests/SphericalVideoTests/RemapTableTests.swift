import Media
import SphericalVideo
import Testing

@Suite struct RemapTableTests {
  struct View: Sendable, CustomTestStringConvertible {
    var yaw = 0.0
    var pitch = 0.0
    var roll = 0.0
    var fieldOfView = 90.0
    var source = VideoSize(width: 1920, height: 960)
    var output = VideoSize(width: 640, height: 360)
    var projection: any Projection = Equirectangular()
    var testDescription: String { "yaw \(yaw) pitch \(pitch) roll \(roll) fov \(fieldOfView), \(source) to \(output)" }
    var orientation: Orientation { Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)) }
  }

  static let views = [
    View(), View(yaw: 180), View(yaw: 179, pitch: 30, roll: 20), View(pitch: 90), View(pitch: -90),
    View(yaw: 45, pitch: 70),
    View(yaw: -135, pitch: -60, roll: -45), View(pitch: 50, fieldOfView: 150), View(yaw: 12, fieldOfView: 10),
    View(
      yaw: 160, pitch: 85, roll: 5, source: VideoSize(width: 1001, height: 501),
      output: VideoSize(width: 333, height: 251)),
    View(yaw: 180, source: VideoSize(width: 3840, height: 1920), output: VideoSize(width: 203, height: 117)),
    View(projection: Posed(Equirectangular(), by: .pose(yaw: 45, pitch: 30, roll: 15))),
  ]

  @Test(arguments: views)
  func `positions are within 1/16 of a sample of the exact ones`(view: View) {
    let table = RemapTable(
      from: SourceGeometry(size: view.source, layout: .yuv420p, projection: view.projection), to: view.output,
      view: CameraView(orientation: view.orientation, fieldOfView: .degrees(view.fieldOfView)))
    let lens = Rectilinear(
      horizontalFieldOfView: .degrees(view.fieldOfView),
      aspectRatio: Double(view.output.width) / Double(view.output.height))
    // A picture with a pose, and a panorama that is turned, are the same thing: this turns directions by the view.
    let turn = Posed(Equirectangular(), by: view.orientation)
    for (scale, positions) in [(1.0, table.lumaPositions), (2.0, table.chromaPositions)] {
      let width = (view.output.width + Int(scale) - 1) / Int(scale)
      var worst = 0.0
      var missing = 0
      for (i, position) in positions.enumerated() {
        guard let position else {
          missing += 1
          continue
        }
        let point = ImagePoint(
          x: (Double(i % width) + 0.5) * scale / Double(view.output.width),
          y: (Double(i / width) + 0.5) * scale / Double(view.output.height))
        let direction = lens.direction(of: point)!
        let upright = Equirectangular().point(towards: direction)!
        let world = turn.direction(of: upright)!
        let exact = view.projection.point(towards: world)!
        worst = max(worst, abs(exact.x * Double(view.source.width) / scale - 0.5 - position.x))
        worst = max(worst, abs(exact.y * Double(view.source.height) / scale - 0.5 - position.y))
      }
      #expect(worst < 1.0 / 16, "\(view.testDescription): \(worst) at subsampling \(scale)")
      #expect(missing * 20 < positions.count)
    }
  }

  @Test func `a picture of a single pixel can be projected`() {
    let source = OwnedPicture(.yuv420p, VideoSize(width: 1, height: 1))
    source.fill { plane, _, _ in [77, 88, 99][plane] }
    let target = OwnedPicture(.yuv420p, VideoSize(width: 33, height: 17))
    let geometry = SourceGeometry(size: source.view.size, layout: .yuv420p, projection: Equirectangular())
    let table = RemapTable(from: geometry, to: target.view.size, view: CameraView())
    Remapper.remap(source.view, through: table, into: target.view)
    #expect((0..<33).allSatisfy { target[0, $0, 16] == 77 && target[1, $0 / 2, 8] == 88 && target[2, $0 / 2, 8] == 99 })
  }

  @Test func `what a source does not show is black`() {
    let size = VideoSize(width: 64, height: 64)
    let source = OwnedPicture(.yuv420p, size)
    source.fill { _, _, _ in 200 }
    let target = OwnedPicture(.yuv420p, VideoSize(width: 128, height: 128))
    let table = RemapTable(
      from: Rectilinear(horizontalFieldOfView: .degrees(60), aspectRatio: 1), size: size,
      to: Rectilinear(horizontalFieldOfView: .degrees(120), aspectRatio: 1), size: target.view.size, view: .forward)
    for kernel in Remapper.Kernel.available {
      Remapper.remap(source.view, through: table, into: target.view, kernel: kernel)
      #expect(target[0, 64, 64] == 200 && target[1, 32, 32] == 200)
      #expect(target[0, 0, 0] == 16 && target[1, 0, 0] == 128 && target[2, 63, 63] == 128)
    }
  }
}
