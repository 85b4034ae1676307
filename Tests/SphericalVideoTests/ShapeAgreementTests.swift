import Foundation
import Media
import SansIO
import SphericalVideo
import Testing

/// Every shape in and every kind of view out, against ffmpeg's `v360` of the same: away from its own borders, where it
/// clamps, and with a picture that is smooth on the sphere, for its pixel centres are half a pixel elsewhere.
@Suite struct ShapeAgreementTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var name: String
    /// As `v360` calls it.
    var filter: String
    var options = ""
    var projection: any Projection
    var size: VideoSize
    var testDescription: String { name }
  }

  static let shapes = [
    Shape(
      name: "half-equirectangular", filter: "hequirect", projection: Equirectangular(bounds: .half),
      size: VideoSize(width: 960, height: 960)),
    Shape(
      name: "cubemap-3x2", filter: "c3x2", projection: Cubemap.threeByTwo(), size: VideoSize(width: 1440, height: 960)),
    Shape(
      name: "cubemap-6x1", filter: "c6x1", projection: Cubemap.sixByOne(), size: VideoSize(width: 2880, height: 480)),
    Shape(
      name: "cubemap-1x6", filter: "c1x6", projection: Cubemap.oneBySix(), size: VideoSize(width: 480, height: 2880)),
    Shape(
      name: "eac", filter: "eac", projection: Cubemap.equiangular(pixelsWide: 1440, high: 960),
      size: VideoSize(width: 1440, height: 960)),
    Shape(
      name: "fisheye", filter: "fisheye", options: "ih_fov=200:iv_fov=200:",
      projection: Fisheye([.inscribed(in: .whole, aspectRatio: 1, fieldOfView: .degrees(200))]),
      size: VideoSize(width: 1024, height: 1024)),
    Shape(
      name: "dual-fisheye", filter: "dfisheye", options: "ih_fov=190:iv_fov=190:",
      projection: Fisheye.dual(fieldOfView: .degrees(190)), size: VideoSize(width: 1920, height: 960)),
  ]

  /// What is seen in a direction, on the plane.
  static func value(_ plane: Int, _ d: Vector3) -> Double {
    let phase = Double(plane)
    return 126 + 45 * sin(6 * d.x + phase) + 35 * cos(5 * d.y) * cos(4 * d.z + phase) + 25 * sin(3 * d.y - 2 * d.x)
  }

  /// The world as the projection stores it; what belongs to no face goes on from the nearest.
  static func picture(_ projection: any Projection, _ size: VideoSize) -> OwnedPicture {
    let picture = OwnedPicture(.yuv420p, size)
    let faces = projection.faces
    func distance(_ face: Face, _ point: ImagePoint) -> Double {
      max(face.x - point.x, point.x - face.x - face.width, 0) + max(face.y - point.y, point.y - face.y - face.height, 0)
    }
    picture.fill { plane, x, y in
      let plane2 = picture.size(ofPlane: plane)
      let point = ImagePoint(x: (Double(x) + 0.5) / Double(plane2.width), y: (Double(y) + 0.5) / Double(plane2.height))
      let face = faces.indices.min { distance(faces[$0], point) < distance(faces[$1], point) }!
      guard let direction = projection.direction(of: point, on: face) else { return 126 }
      return Int(value(plane, direction).rounded())
    }
    return picture
  }

  private static func view(yaw: Double, pitch: Double, roll: Double, fieldOfView: Double) -> CameraView {
    CameraView(
      orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)),
      fieldOfView: .degrees(fieldOfView))
  }

  @Test(arguments: shapes)
  func `a shape is seen as ffmpeg sees it, at 42 dB and more`(shape: Shape) throws {
    let output = VideoSize(width: 640, height: 360)
    let source = Self.picture(shape.projection, shape.size)
    // Whole where the picture shows a hemisphere or a little more.
    let isForward = shape.name == "half-equirectangular" || shape.name == "fisheye"
    let views: [(Double, Double, Double, Double)] =
      isForward
      ? [(0, 0, 0, 90), (30, 0, 0, 60), (-35, 20, 10, 50), (0, 50, 0, 50), (10, -50, 45, 50), (5, 5, 120, 100)]
      : [
        (0, 0, 0, 90), (90, 0, 0, 90), (180, 0, 0, 90), (-90, 10, 0, 60), (45, 0, 0, 90), (0, 90, 0, 90),
        (0, -90, 0, 90), (45, 35, 0, 60), (-135, -35, 20, 60), (170, 60, 30, 120), (30, -45, 30, 90), (-100, 80, 0, 40),
      ]
    for (yaw, pitch, roll, fieldOfView) in views {
      let half = tan(fieldOfView * .pi / 360) * Double(output.height) / Double(output.width)
      let expected = try ReferenceDecoder.filter(
        source,
        "v360=\(shape.filter):flat:\(shape.options)"
          + "yaw=\(yaw):pitch=\(pitch):roll=\(roll):h_fov=\(fieldOfView):v_fov=\(atan(half) * 360 / .pi)"
          + ":w=\(output.width):h=\(output.height):interp=linear", to: output)
      let table = RemapTable(
        from: SourceGeometry(size: shape.size, layout: .yuv420p, projection: shape.projection), to: output,
        view: Self.view(yaw: yaw, pitch: pitch, roll: roll, fieldOfView: fieldOfView))
      let target = OwnedPicture(.yuv420p, output)
      Remapper.remap(source.view, through: table, into: target.view)
      let values = (0..<3).map { ReferenceAgreementTests.decibels(expected, target, plane: $0, margin: 2) }
      print("\(shape.name) yaw \(yaw) pitch \(pitch) roll \(roll) fov \(fieldOfView): \(values) dB")
      #expect(values.allSatisfy { $0 >= 42 }, "\(shape.name) \((yaw, pitch, roll, fieldOfView)): \(values)")
    }
  }

  /// Beside a picture that is right by construction: borders between faces, poles and seams included.
  @Test(arguments: shapes, [1, 2] as [UInt64])
  func `no border shows, at random views`(shape: Shape, seed: UInt64) {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let output = VideoSize(width: 480, height: 270)
    let source = Self.picture(shape.projection, shape.size)
    for _ in 0..<2 {
      let view = Self.view(
        yaw: .random(in: -180...180, using: &random), pitch: .random(in: -90...90, using: &random),
        roll: .random(in: -180...180, using: &random), fieldOfView: .random(in: 40...120, using: &random))
      let table = RemapTable(
        from: SourceGeometry(size: shape.size, layout: .yuv420p, projection: shape.projection), to: output, view: view)
      let lens = Rectilinear(horizontalFieldOfView: view.fieldOfView, aspectRatio: 480.0 / 270)
      let turned = Posed(lens, by: view.orientation)
      for kernel in Remapper.Kernel.available {
        let target = OwnedPicture(.yuv420p, output)
        Remapper.remap(source.view, through: table, into: target.view, kernel: kernel)
        for plane in 0..<3 {
          let size = target.size(ofPlane: plane)
          var worst = 0.0
          for y in 0..<size.height {
            for x in 0..<size.width {
              let point = ImagePoint(
                x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
              let direction = turned.direction(of: point)!
              guard shape.projection.point(towards: direction) != nil else { continue }
              worst = max(worst, abs(Self.value(plane, direction) - Double(target[plane, x, y])))
            }
          }
          #expect(worst < 2.6, "\(shape.name) plane \(plane), \(view): off by \(worst)")
        }
      }
    }
  }

  @Test(arguments: [
    (CameraView.Kind.stereographic, "sg:h_fov=200", 200.0), (.stereographic, "sg:h_fov=300", 300),
    (.equirectangular, "e", 90), (.cubemap3x2, "c3x2", 90),
  ])
  func `a kind of view is what ffmpeg makes of it, at 42 dB and more`(
    kind: CameraView.Kind, filter: String, fieldOfView: Double
  ) throws {
    let size = VideoSize(width: 1920, height: 960)
    let source = Self.picture(Equirectangular(), size)
    let output = kind == .cubemap3x2 ? VideoSize(width: 720, height: 480) : VideoSize(width: 640, height: 320)
    let half = tan(fieldOfView * .pi / 720) * Double(output.height) / Double(output.width)
    for (yaw, pitch) in [(0.0, 0.0), (60, 0), (0, -90), (-150, 40)] {
      let words = filter.hasPrefix("sg") ? ":v_fov=\(atan(half) * 720 / .pi)" : ""
      let expected = try ReferenceDecoder.filter(
        source, "v360=e:\(filter)\(words):yaw=\(yaw):pitch=\(pitch):w=\(output.width):h=\(output.height):interp=linear",
        to: output)
      let table = RemapTable(
        from: SourceGeometry(size: size, layout: .yuv420p, projection: Equirectangular()), to: output,
        view: CameraView(
          orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch)), fieldOfView: .degrees(fieldOfView),
          kind: kind))
      let target = OwnedPicture(.yuv420p, output)
      Remapper.remap(source.view, through: table, into: target.view)
      let values = (0..<3).map { ReferenceAgreementTests.decibels(expected, target, plane: $0, margin: 2) }
      print("\(kind) yaw \(yaw) pitch \(pitch): \(values) dB")
      #expect(values.allSatisfy { $0 >= 42 }, "\(kind) \((yaw, pitch)): \(values)")
    }
  }

  @Test(arguments: [
    (VideoSize(width: 640, height: 480), VideoSize(width: 320, height: 180)),
    (VideoSize(width: 640, height: 200), VideoSize(width: 320, height: 180)),
  ])
  func `a flat picture is seen whole, between bars`(size: VideoSize, output: VideoSize) {
    let source = OwnedPicture(.yuv420p, size)
    source.fill { plane, x, _ in plane == 0 ? 50 + 100 * x / size.width : 100 }
    let aspectRatio = Double(size.width) / Double(size.height)
    let table = RemapTable(
      from: SourceGeometry(size: size, layout: .yuv420p, projection: Flat(aspectRatio: aspectRatio)), to: output,
      view: Self.view(yaw: 90, pitch: 30, roll: 0, fieldOfView: 60))
    let target = OwnedPicture(.yuv420p, output)
    Remapper.remap(source.view, through: table, into: target.view)
    let (middle, isWide) = ((output.width / 2, output.height / 2), aspectRatio > 16.0 / 9)
    #expect(abs(target[0, middle.0, middle.1] - 100) <= 1)
    #expect(target[0, isWide ? middle.0 : 0, 0] == 16)
    let bar = isWide ? 0 : (output.width - Int(Double(output.height) * aspectRatio)) / 2
    #expect(abs(target[0, bar + 1, middle.1] - 50) <= 2 && abs(target[0, output.width - bar - 2, middle.1] - 149) <= 2)
  }
}
