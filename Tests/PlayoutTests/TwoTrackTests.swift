import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo
import Testing

/// Items whose pictures are two: in step, blended where both see the same, and whole when one of them is not.
@Suite struct TwoTrackTests {
  /// What a sample of a GoPro MAX file of 2272 columns shows, from the format's description: three faces of 768, 736 and
  /// 768 columns; in those at the sides 32 columns in the middle repeat.
  static func goPro(_ track: Int, _ x: Double, _ y: Double) -> Vector3? {
    func side(_ column: Double) -> Double {
      // Left of the middle as it is, right of it 32 columns on.
      (column < 384 ? column : column - 32) / 736
    }
    let (face, s): (Int, Double) = x < 768 ? (0, side(x)) : x < 1504 ? (1, (x - 768) / 736) : (2, side(x - 1504))
    let t = y / 736
    // Where it is on the face, seen from inside, to the right and down.
    let (u, v): (Double, Double) =
      switch (track, face) {
      case (0, _): (s, t)
      case (_, 1): (t, 1 - s)
      default: (1 - t, s)
      }
    let (a, b) = (tan((u - 0.5) * .pi / 2), tan((v - 0.5) * .pi / 2))
    let d: (Double, Double, Double) =
      switch (track, face) {
      case (0, 0): (-1, -b, -a)
      case (0, 1): (a, -b, -1)
      case (0, _): (1, -b, a)
      case (_, 0): (a, -1, b)
      case (_, 1): (-a, -b, 1)
      default: (a, 1, -b)
      }
    let length = (d.0 * d.0 + d.1 * d.1 + d.2 * d.2).squareRoot()
    return Vector3(x: d.0 / length, y: d.1 / length, z: d.2 / length)
  }

  static let size = VideoSize(width: 2272, height: 736)

  private static func clip(
    _ name: String, rates: [Int] = [10, 10], counts: [Int] = [4, 4], extra: [String] = []
  ) -> String {
    ShapeClips.make(name, size: size, rates: rates, counts: counts, extra: ["-f", "mp4"] + extra, model: goPro)
  }

  @Test func `GoPro's two tracks are one world, frame by frame`() throws {
    try ShapeClipTests.check(Self.clip("GS010001.360"), .none)
  }

  @Test func `it is known by its tracks, whatever it is called`() throws {
    let report = try probe(MediaLocation(Self.clip("clip.mp4")))
    #expect(report.shape.projection == .goproMax && report.shape.origin == .trailer)
    #expect(report.failure == nil)
    #expect(try ShapeClips.number(Self.clip("clip.mp4"), shape: .none, time: 0.15, yaw: 180) == 1)
  }

  @Test func `a smaller third track is none of the two`() throws {
    let file = TestClips.folder + "/third.360"
    TestClips.run(
      [
        "-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=0.4", "-i", Self.clip("GS010001.360"), "-map", "0:v", "-map",
        "1",
        "-c:v:0", "libx264", "-c:v:1", "copy", "-c:v:2", "copy", "-f", "mp4", file,
      ])
    try ShapeClipTests.check(file, .none)
  }

  @Test func `a second track of half the rate is held, and the first goes on`() throws {
    let file = Self.clip("slow.360", rates: [10, 5], counts: [4, 2])
    for number in 0..<4 {
      let time = (Double(number) + 0.5) / 10
      #expect(try ShapeClips.number(file, shape: .none, time: time, yaw: 0) == number)
      #expect(try ShapeClips.number(file, shape: .none, time: time, yaw: 180) == number / 2 * 2)
    }
  }

  @Test func `a second track that ends early leaves its last picture`() throws {
    let file = Self.clip("short.360", counts: [4, 2])
    #expect(try ShapeClips.number(file, shape: .none, time: 0.35, yaw: 0) == 3)
    #expect(try ShapeClips.number(file, shape: .none, time: 0.35, yaw: 180) == 1)
  }

  @Test func `a missing second track is said, and its part of the world is black`() throws {
    let file = Self.clip("half.360", rates: [10], counts: [4])
    let report = try probe(MediaLocation(file), shape: ShapeOverride(projection: .goproMax))
    #expect(report.projection.contains("its second track is missing"))
    let preset = CameraPreset(
      number: 0, name: "", orientation: Orientation(yaw: .degrees(180)), fieldOfView: .degrees(60))
    let back = try snapshot(
      file: MediaLocation(file), shape: ShapeOverride(projection: .goproMax), preset: preset,
      size: VideoSize(width: 64, height: 36))
    back.withPicture { picture in
      #expect((0..<64).allSatisfy { picture.luma.base.load(fromByteOffset: $0, as: UInt8.self) == 16 })
    }
    #expect(try ShapeClips.number(file, shape: ShapeOverride(projection: .goproMax), time: 0.15, yaw: 0) == 1)
  }

  @Test func `a lens in each of two tracks, of 195 degrees`() throws {
    let file = ShapeClips.make("VID_00_001.insv", size: VideoSize(width: 960, height: 960), extra: ["-f", "mp4"]) {
      track, x, y in
      let (a, b) = (x / 480 - 1, 1 - y / 480)
      let distance = (a * a + b * b).squareRoot()
      guard distance <= 1 else { return nil }
      let angle = distance * 97.5 * .pi / 180
      let scale = distance > 0 ? sin(angle) / distance : 0
      let d = Vector3(x: a * scale, y: b * scale, z: -cos(angle))
      return track == 0 ? d : Vector3(x: -d.x, y: d.y, z: -d.z)
    }
    try ShapeClipTests.check(file, ShapeOverride(lensFieldOfView: 195))
    let report = try probe(MediaLocation(file))
    #expect(report.shape.projection == .dualFisheye && report.projection.contains("two tracks"))
  }

  @Test(arguments: [Eye.left, .right])
  func `an eye in each of two tracks`(eye: Eye) throws {
    let file = TestClips.folder + "/eyes.mp4"
    if !FileManager.default.fileExists(atPath: file) {
      TestClips.run(
        ShapeClips.input + [
          "-filter_complex", "[0:v]split[a][b];[b]v360=e:e:yaw=90[c]", "-map", "[a]", "-map", "[c]",
        ] + ShapeClips.coding + [file])
    }
    let shape = ShapeOverride(
      projection: .equirectangular, stereo: .twoTracks, eye: eye, heading: eye == .left ? 0 : -90)
    try ShapeClipTests.check(file, shape)
    // Nobody said so: the first track alone.
    try ShapeClipTests.check(file, ShapeOverride(projection: .equirectangular))
  }

  @Test func `an eye in a track that is not there is told once`() throws {
    let file = TestClips.make("one-track.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p")
    let source = try MediaFileSource(
      url: MediaLocation(file), shape: ShapeOverride(stereo: .twoTracks), shapes: ShapeFinder())
    #expect(source.description.projection.stereo == .mono)
    #expect(source.description.projection.notes.count { $0 == "for there is one track" } == 1)
  }

  /// The player: seeks, loops and falls back with two tracks as with one.
  @Test func `a seek brings both tracks to the place`() throws {
    let file = Self.clip("GS010001.360")
    let source = try MediaFileSource(url: MediaLocation(file))
    let first = try #require(try source.nextFrame())
    #expect(first.second != nil)
    source.seek(to: MediaTime(seconds: 0.2))
    let frame = try #require(try source.nextFrame())
    #expect(frame.position == MediaTime(seconds: 0.2))
    #expect(frame.second?.pts == frame.frame.pts)
    source.seek(to: .zero)
    for number in 0..<4 {
      let frame = try #require(try source.nextFrame())
      #expect(frame.position == MediaTime(seconds: Double(number) / 10))
      #expect(frame.second?.pts == frame.frame.pts)
    }
    #expect(try source.nextFrame() == nil)
  }
}

/// Frames of a real camera, where they lie beside the project.
@Suite struct RealGoProTests {
  @Test(.enabled(if: TestClips.hasShared))
  func `a real camera's faces meet without a wrinkle`() throws {
    let folder = try #require(TestClips.shared("real/max-eac/t0_1.jpg")).dropLast("t0_1.jpg".count)
    let file = TestClips.folder + "/real.360"
    TestClips.run(
      ["-framerate", "4", "-i", "\(folder)t0_%d.jpg", "-framerate", "4", "-i", "\(folder)t5_%d.jpg"]
        + ["-map", "0:v", "-map", "1:v"] + ShapeClips.coding + ["-f", "mp4", file])
    let report = try probe(MediaLocation(file))
    #expect(report.shape.projection == .goproMax)
    // Views straight at the faces at the sides, whose middles were seen by two lenses: the picture changes no more from
    // one column to the next there than it does at its strongest elsewhere.
    for (yaw, pitch) in [(-90.0, 0.0), (90, 0), (0, 90), (0, -90)] {
      let preset = CameraPreset(
        number: 0, name: "", orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch)),
        fieldOfView: .degrees(80))
      let size = VideoSize(width: 512, height: 512)
      let view = try snapshot(file: MediaLocation(file), preset: preset, size: size)
      let changes = view.withPicture { picture -> (across: [Double], down: [Double]) in
        func luma(_ x: Int, _ y: Int) -> Int {
          Int(picture.luma.base.load(fromByteOffset: y * picture.luma.stride + x, as: UInt8.self))
        }
        func mean(_ change: (Int) -> Int) -> Double { Double((0..<511).reduce(0) { $0 + abs(change($1)) }) / 511 }
        return (
          (0..<511).map { x in mean { luma(x + 1, $0) - luma(x, $0) } },
          (0..<511).map { y in mean { luma($0, y + 1) - luma($0, y) } }
        )
      }
      // The strip stands upright in the first track's faces, and lies in the second's.
      let along = pitch == 0 ? changes.across : changes.down
      let (middle, others) = (along[235..<277].max()!, (along[..<200] + along[312...]).sorted())
      print(
        "looking at \(yaw), \(pitch): \(middle) at most in the strip, \(others.last!) elsewhere")
      #expect(middle <= others.last!)
    }
  }
}
