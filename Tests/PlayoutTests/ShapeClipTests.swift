import FFmpeg
import Foundation
import Media
import Playout
import SansIO
import SphericalVideo
import Testing

/// Every shape from a file to the picture: read, decoded, looked out of.
@Suite struct ShapeClipTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var name: String
    var filter: String
    var override = ShapeOverride.none
    /// How far from forward anything is shown, in degrees.
    var reach = 180.0
    var testDescription: String { name }
  }

  static let shapes = [
    Shape(name: "equirectangular", filter: "null", override: ShapeOverride(projection: .equirectangular)),
    Shape(
      name: "half-equirectangular", filter: "v360=e:hequirect:w=960:h=960:interp=linear",
      override: ShapeOverride(projection: .halfEquirectangular), reach: 90),
    Shape(
      name: "cubemap-3x2", filter: "v360=e:c3x2:w=1440:h=960:interp=linear",
      override: ShapeOverride(projection: .cubemap3x2)),
    Shape(
      name: "cubemap-6x1", filter: "v360=e:c6x1:w=2880:h=480:interp=linear",
      override: ShapeOverride(projection: .cubemap6x1)),
    Shape(
      name: "cubemap-1x6", filter: "v360=e:c1x6:w=480:h=2880:interp=linear",
      override: ShapeOverride(projection: .cubemap1x6)),
    Shape(name: "eac", filter: "v360=e:eac:w=1440:h=960:interp=linear", override: ShapeOverride(projection: .eac)),
    Shape(
      name: "fisheye", filter: "v360=e:fisheye:w=1024:h=1024:h_fov=200:v_fov=200:interp=linear",
      override: ShapeOverride(projection: .fisheye, lensFieldOfView: 200), reach: 95),
    Shape(
      name: "dual-fisheye", filter: "v360=e:dfisheye:w=1920:h=960:h_fov=195:v_fov=195:interp=linear",
      override: ShapeOverride(projection: .dualFisheye, lensFieldOfView: 195)),
    Shape(
      name: "top-bottom", filter: "pad=iw:ih*2:0:0:color=red",
      override: ShapeOverride(projection: .equirectangular, stereo: .topBottom)),
    Shape(
      name: "top-bottom, right eye", filter: "pad=iw:ih*2:0:ih:color=red",
      override: ShapeOverride(projection: .equirectangular, stereo: .topBottom, eye: .right)),
    Shape(
      name: "left-right", filter: "pad=iw*2:ih:0:0:color=red",
      override: ShapeOverride(projection: .equirectangular, stereo: .leftRight)),
    Shape(
      name: "left-right, right eye", filter: "pad=iw*2:ih:iw:0:color=red",
      override: ShapeOverride(projection: .equirectangular, stereo: .leftRight, eye: .right)),
  ]

  @Test(arguments: shapes)
  func `the world stands upright in every view, and every side shows the frame that is on`(shape: Shape) throws {
    let file = ShapeClips.make("\(shape.name.filter { $0.isLetter || $0.isNumber }).mp4", filter: shape.filter)
    try Self.check(file, shape.override, reach: shape.reach)
  }

  /// - Parameter reach: how far from forward there is a picture, in degrees.
  static func check(
    _ file: String, _ override: ShapeOverride, reach: Double = 180, least: Double = 26
  ) throws {
    let sides: [(yaw: Double, pitch: Double)] = [(0, 0), (90, 0), (180, 0), (-90, 0), (0, 90), (0, -90)]
    for (index, side) in sides.enumerated() where reach > 150 || index == 0 {
      let number = index % ShapeClips.frames
      let found = try ShapeClips.number(
        file, shape: override, time: (Double(number) + 0.5) / 10, yaw: side.yaw, pitch: side.pitch)
      #expect(found == number, "looking at \(side)")
    }
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for number in 0..<3 {
      let fieldOfView = Double.random(in: 50...80, using: &random)
      // The corners of a view are further out than its middle.
      let yaw = reach > 150 ? 180 : max(0, reach - fieldOfView / 2 - 15)
      let orientation = Orientation(
        yaw: .degrees(.random(in: -yaw...yaw, using: &random)),
        pitch: .degrees(.random(in: -yaw / 2...yaw / 2, using: &random)),
        roll: .degrees(.random(in: -180...180, using: &random)))
      let value = try ShapeClips.decibels(
        file, shape: override, frame: number, looking: orientation, fieldOfView: fieldOfView)
      print("\(file.split(separator: "/").last!) \(orientation): \(value) dB")
      #expect(value >= least, "seed \(seed): \(orientation), \(fieldOfView)°")
    }
  }
}
