import FFmpeg
import Foundation
import Media
import Playout
import SphericalMetadata
import SphericalVideo
import Testing

/// Two eyes by what H.264's pictures say of themselves (the frame packing arrangement SEI).
@Suite struct FramePackingTests {
  /// The test card for one eye, its negative for the other.
  private static func clip(_ name: String, packing: Int?, _ more: String = "") -> String {
    let stack = packing == 4 ? "vstack" : "hstack"
    let says = packing.map { " -x264-params frame-packing=\($0)" } ?? ""
    return TestClips.make(
      name, "-frames:v 12 -c:v libx264 -preset veryfast -crf 12 -g 6\(says) \(more)",
      filter: "split[a][b];[b]negate[n];[a][n]\(stack)")
  }

  /// The same with the eyes the other way round: content_interpretation_type 2 in place of 1 (H.264, D.1.25).
  private static func inverted(_ file: String, _ name: String) throws -> String {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    var changes = 0
    // A SEI of type 45: its length, then id 0, not cancelled, arrangement 3, not quincunx, interpretation 1.
    for i in bytes.indices.dropLast(4) where bytes[i] == 45 && bytes[i + 2] == 0x81 && bytes[i + 3] == 0x81 {
      bytes[i + 3] = 0x82
      changes += 1
    }
    #expect(changes == 2)
    let path = TestClips.folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  private static let flat = ShapeOverride(projection: .equirectangular)

  /// The mean luma of what is seen in front: the card's ground is dark, its negative's bright.
  private static func brightness(_ file: String, _ shape: ShapeOverride) throws -> Double {
    let size = VideoSize(width: 160, height: 90)
    let frame = try snapshot(file: MediaLocation(file), shape: shape, preset: CameraPreset.defaults[0], size: size)
    return frame.withPicture { picture in
      var sum = 0
      for y in 0..<size.height {
        for x in 0..<size.width {
          sum += Int(picture.luma.base.load(fromByteOffset: y * picture.luma.stride + x, as: UInt8.self))
        }
      }
      return Double(sum) / Double(size.width * size.height)
    }
  }

  /// `eye` is seen, and not the other one.
  private func expectSees(_ eye: Eye, of layout: StereoLayout, _ file: String) throws {
    // What it is to look like: the same picture, of which somebody says so.
    var said = Self.flat
    (said.stereo, said.eye) = (layout, eye)
    let (seen, right) = (try Self.brightness(file, Self.flat), try Self.brightness(file, said))
    #expect((seen - right).magnitude < 2, "\(seen), not \(right)")
    said.eye = eye == .left ? .right : .left
    #expect((seen - (try Self.brightness(file, said))).magnitude > 20)
  }

  @Test(arguments: [(3, StereoLayout.leftRight), (4, .topBottom)])
  func `one eye of a picture that says so is seen`(packing: Int, layout: StereoLayout) throws {
    let file = Self.clip("packed-\(packing).mp4", packing: packing)
    let report = try probe(MediaLocation(file), shape: Self.flat)
    #expect(report.shape.stereo == layout)
    #expect(report.projection.contains(layout == .leftRight ? "the left picture of two" : "the upper picture of two"))
    try expectSees(.left, of: layout, file)
    // The pictures' words and what the pixels say of the rest.
    #expect(try probe(MediaLocation(file)).shape.stereo == layout)
  }

  @Test func `with the eyes swapped the other half is seen`() throws {
    let file = try Self.inverted(Self.clip("to-invert.mp4", packing: 3), "inverted.mp4")
    let report = try probe(MediaLocation(file), shape: Self.flat)
    #expect(report.shape.stereo == .leftRight)
    #expect(report.projection.contains("the right picture of two"))
    let plain = Self.clip("unsaid.mp4", packing: nil)
    var said = Self.flat
    (said.stereo, said.eye) = (.leftRight, .right)
    #expect((try Self.brightness(file, Self.flat) - (try Self.brightness(plain, said))).magnitude < 2)
  }

  @Test func `the container goes before the pictures, and what disagrees is told`() throws {
    let matroska = Self.clip("packed-apart.mkv", packing: 3, "-metadata:s:v stereo_mode=top_bottom")
    let boxes = TestClips.folder + "/packed-apart.mp4"
    TestClips.run(["-i", matroska, "-c", "copy", "-strict", "unofficial", boxes])
    for file in [matroska, boxes] {
      let report = try probe(MediaLocation(file), shape: Self.flat)
      #expect(report.shape.stereo == .topBottom, "\(file)")
      #expect(try probe(MediaLocation(file)).projection.contains("though its pictures say left-right"), "\(file)")
    }
  }

  @Test func `the pictures go before the file's name, and what somebody says before all`() throws {
    let file = Self.clip("name_360_TB.mp4", packing: 3)
    #expect(try probe(MediaLocation(file), shape: Self.flat).shape.stereo == .leftRight)
    var said = Self.flat
    said.stereo = .mono
    #expect(try probe(MediaLocation(file), shape: said).shape.stereo == .mono)
  }

  @Test func `a container's word of another thing leaves the eyes to the pictures`() {
    var projection = SourceProjection(
      SphericalMetadata(projection: .equirectangular(.full), origin: .sphericalVideoV2))
    projection.take(FramePacking(layout: .topBottom, swapsEyes: true))
    #expect(projection.stereo == .topBottom && projection.swapsEyes)
    projection.take(FramePacking(layout: nil))
    projection.take(FramePacking(layout: nil))
    #expect(projection.notes == ["stereoscopic in a way that is not supported"])
  }
}
