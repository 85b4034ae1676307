import Foundation
import Media
import SphericalVideo
import Testing

/// Against `ffmpeg -vf v360=e:flat:…:interp=linear`.
///
/// v360 puts the first and the last column at ±180°, this package the picture's edges: towards the seam the two are up
/// to half a source pixel apart, and a picture that is smooth at that scale tells a wrong direction from that
/// difference.
@Suite struct ReferenceAgreementTests {
  struct View: Sendable, CustomTestStringConvertible {
    var yaw = 0.0
    var pitch = 0.0
    var roll = 0.0
    var fieldOfView = 90.0
    var testDescription: String { "yaw \(yaw) pitch \(pitch) roll \(roll) fov \(fieldOfView)" }
    var orientation: Orientation { Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)) }
  }

  private static let panorama: OwnedPanorama = OwnedPanorama()

  /// Immutable after `init`.
  final class OwnedPanorama: @unchecked Sendable {
    let picture = OwnedPicture(.yuv420p, VideoSize(width: 1920, height: 960))

    init() {
      picture.fill { plane, x, y in
        let size = picture.size(ofPlane: plane)
        let d = Equirectangular().direction(
          of: ImagePoint(x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height)))!
        let phase = Double(plane)
        let wave = 45 * sin(6 * d.x + phase) + 35 * cos(5 * d.y) * cos(4 * d.z + phase) + 25 * sin(3 * d.y - 2 * d.x)
        return Int((126 + wave).rounded())
      }
    }
  }

  static func decibels(_ a: OwnedPicture, _ b: OwnedPicture, plane: Int, margin: Int) -> Double {
    let size = a.size(ofPlane: plane)
    var (sum, count) = (0.0, 0.0)
    for y in margin..<size.height - margin {
      for x in margin..<size.width - margin {
        let difference = Double(a[plane, x, y] - b[plane, x, y])
        sum += difference * difference
        count += 1
      }
    }
    return sum == 0 ? 99 : 10 * log10(255 * 255 * count / sum)
  }

  @Test(arguments: [
    View(), View(yaw: 90), View(yaw: 180), View(yaw: -135, pitch: 20), View(pitch: 90), View(pitch: -90),
    View(yaw: 170, pitch: 60), View(yaw: 30, pitch: -45, roll: 30), View(yaw: -179, pitch: 85, roll: -120),
    View(yaw: 10, pitch: -10, fieldOfView: 120), View(yaw: -60, pitch: 35, fieldOfView: 40), View(yaw: 180, roll: 90),
  ])
  func `views agree with ffmpeg at 45 dB and more`(view: View) throws {
    let output = VideoSize(width: 640, height: 360)
    let source = Self.panorama.picture
    let expected = try ReferenceDecoder.filter(
      source,
      ReferenceDecoder.view(
        yaw: view.yaw, pitch: view.pitch, roll: view.roll, fieldOfView: view.fieldOfView, size: output),
      to: output)
    let table = RemapTable(
      from: SourceGeometry(size: source.view.size, layout: .yuv420p, projection: Equirectangular()), to: output,
      view: CameraView(orientation: view.orientation, fieldOfView: .degrees(view.fieldOfView)))
    let target = OwnedPicture(.yuv420p, output)
    Remapper.remap(source.view, through: table, into: target.view)
    let values = (0..<3).map { Self.decibels(expected, target, plane: $0, margin: 2) }
    print("\(view.testDescription): Y \(values[0]), Cb \(values[1]), Cr \(values[2]) dB")
    #expect(values.allSatisfy { $0 >= 45 }, "\(values)")
  }
}
