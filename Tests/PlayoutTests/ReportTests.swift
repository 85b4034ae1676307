import FFmpeg
import Media
import Playout
import SphericalMetadata
import SphericalVideo
import Testing

@Suite struct ReportTests {
  @Test func `says what is made of a file`() throws {
    let report = try probe(MediaLocation(TestClips.loop))
    #expect(report.codec == "h264")
    #expect(report.profile == "High")
    #expect(report.size == TestClips.size)
    #expect(report.viewedSize == TestClips.size)
    #expect(report.framerate == 30)
    #expect(abs((report.duration?.seconds ?? 0) - 1) < 0.01)
    #expect(report.pixelFormat == "yuv420p")
    #expect(report.bitDepth == 8)
    #expect(report.audio.isEmpty)
    #expect(report.shape.projection == .equirectangular && report.shape.origin == .pixels)
    #expect(report.failure == nil)
  }

  @Test func `says in words why a file is none`() throws {
    #expect(throws: MediaError.self) { try probe("/nowhere/film.mp4") }
    let folder = try TemporaryFolder()
    try folder.write("x.mp4", "")
    #expect(throws: MediaError.empty) { try probe(MediaLocation(folder.path + "/x.mp4")) }
  }

  @Test func `a picture wider than any table is refused in words`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/wide.mkv"
    TestClips.run(
      ["-f", "lavfi", "-i", "color=s=40000x64:r=5:d=0.4", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", file])
    #expect(try probe(MediaLocation(file)).failure == "pictures of 40000x64 pixels are not supported")
    #expect(throws: MediaError.unsupportedPicture("40000x64 pixels")) {
      try snapshot(file: MediaLocation(file), preset: CameraPreset.defaults[0], size: VideoSize(width: 64, height: 64))
    }
  }

  @Test func `metadata decide what is looked at`() {
    let full = VideoSize(width: 1920, height: 1080)
    let topBottom = SourceProjection(
      SphericalMetadata(projection: .equirectangular(.full), stereo: .topBottom, origin: .sphericalVideoV2))
    #expect(topBottom.region(of: full).size == VideoSize(width: 1920, height: 540))
    let leftRight = SourceProjection(
      SphericalMetadata(projection: .equirectangular(.full), stereo: .leftRight, origin: .matroska))
    #expect(leftRight.region(of: full).size == VideoSize(width: 960, height: 1080))
    #expect(SourceProjection(nil).description.contains("guess"))
    let posed = SourceProjection(
      SphericalMetadata(projection: .equirectangular(.full), pose: .init(yaw: 90), origin: .sphericalVideoV2))
    #expect(posed.description.contains("yaw 90.0°"))
    #expect(
      SourceProjection(SphericalMetadata(projection: .mesh, origin: .sphericalVideoV2)).description.contains("mesh"))
  }

  @Test(arguments: [(0, 0), (0.5, 15), (0.52, 15), (0.97, 29), (30, 29)])
  func `a snapshot shows the frame that is due`(time: Double, number: Int) throws {
    let picture = try snapshot(
      file: MediaLocation(TestClips.loop), preset: CameraPreset.defaults[0], time: MediaTime(seconds: time),
      size: VideoSize(width: 480, height: 480))
    #expect(FrameNumberReader.number(in: picture) == number)
  }
}
