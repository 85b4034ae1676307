import CFFmpeg
import FFmpeg
import Foundation
import Media
import SansIO
import Testing

@Suite struct DecoderTests {
  struct Codec: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var options: String
    var layout: PlanarPicture.Layout = .yuv420p

    var testDescription: String { file }
  }

  static let codecs = [
    Codec(name: "h264", file: "codec-h264.mp4", options: "-c:v libx264 -preset ultrafast -bf 3 -pix_fmt yuv420p"),
    Codec(
      name: "hevc", file: "codec-hevc.mp4",
      options: "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p"),
    Codec(
      name: "hevc", file: "codec-hevc10.mp4",
      options: "-c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le", layout: .yuv420p10),
    Codec(
      name: "vp9", file: "codec-vp9.webm",
      options: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p"),
    Codec(name: "av1", file: "codec-av1.mp4", options: "-c:v libaom-av1 -usage realtime -cpu-used 8 -pix_fmt yuv420p"),
    Codec(name: "mjpeg", file: "codec-mjpeg.avi", options: "-c:v mjpeg -pix_fmt yuvj420p"),
  ]

  @Test(arguments: codecs)
  func `decodes every picture as ffmpeg does`(codec: Codec) throws {
    // 180 rows are coded as 184 or 192: the padding must not show.
    let path = try Clip.make(codec.file, "-f lavfi -i testsrc2=s=322x180:r=25:d=0.8 \(codec.options)")
    let name = try Demuxer(url: MediaLocation(path)).video?.codecName
    #expect(name == codec.name)
    let decoded = try Decoded(path)
    #expect(decoded.errors.isEmpty)
    #expect(decoded.frames.count == 20)
    #expect(decoded.frames.allSatisfy { $0.layout == codec.layout && $0.size == VideoSize(width: 322, height: 180) })
    #expect(decoded.frames.first?.isKeyFrame == true)
    let times = decoded.frames.compactMap(\.pts)
    #expect(times.count == 20)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    let expected = try Clip.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-f", "rawvideo", "-"])
    #expect(decoded.frames.flatMap(\.samples) == expected)
  }

  @Test(arguments: 1...3)
  func `gives the same pictures with any number of threads`(threads: Int) throws {
    let decoded = try Decoded(DemuxerTests.clip.get(), threads: threads)
    #expect(decoded.frames.count == 50)
    #expect(decoded.frames.compactMap(\.pts) == (0..<50).map { $0 * 512 })
  }

  @Test func `leaves out pictures that no other needs when it is told to`() throws {
    let all = try Decoded(DemuxerTests.clip.get())
    let some = try Decoded(DemuxerTests.clip.get(), skipNonReference: true)
    #expect(some.errors.isEmpty)
    #expect(!some.frames.isEmpty)
    #expect(some.frames.count < all.frames.count)
  }

  @Test func `begins again after the end when it is flushed`() throws {
    let demuxer = try Demuxer(url: MediaLocation(DemuxerTests.clip.get()))
    let video = demuxer.video
    var decoder = try Decoder(stream: #require(video))
    let packet = Packet()
    for _ in 0..<2 {
      var count = 0
      while try demuxer.readPacket(packet) {
        try decoder.send(packet)
        while try decoder.receive() != nil { count += 1 }
      }
      try decoder.sendEnd()
      while try decoder.receive() != nil { count += 1 }
      #expect(count == 50)
      let isAtEnd = decoder.isAtEnd
      #expect(isAtEnd)
      try demuxer.rewind()
      decoder.flush()
    }
  }

  @Test func `keeps pictures alive after their decoder and file are gone`() throws {
    let frames = try Decoded(DemuxerTests.clip.get(), limit: 5).frames
    #expect(frames.allSatisfy { $0.samples.count == 320 * 160 * 3 / 2 })
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `survives damage at random places`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: DemuxerTests.clip.get())))
    for _ in 0..<200 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random) }
    let path = try TemporaryFolder.shared.write(bytes, to: "damaged-\(seed).mp4")
    do throws(MediaError) {
      let decoded = try Decoded(path)
      #expect(decoded.frames.count <= 60)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  @Test(arguments: [AV_PIX_FMT_VAAPI, AV_PIX_FMT_DXVA2_VLD])
  func `decodes in software when the device fails or its format is not offered`(format: AVPixelFormat) throws {
    let demuxer = try Demuxer(url: MediaLocation(DemuxerTests.clip.get()))
    let video = demuxer.video
    var decoder = try Decoder(stream: #require(video), hardware: UselessDevice(pixelFormat: format.rawValue))
    let packet = Packet()
    var count = 0
    while try demuxer.readPacket(packet) {
      try decoder.send(packet)
      while let frame = try decoder.receive() {
        #expect(frame.layout == .yuv420p)
        count += 1
      }
    }
    #expect(count > 40)
  }

  @Test(
    .enabled(if: SharedMedia.exists),
    arguments: [
      ("real/ax-av1.mp4", 30), ("real/ax-bbb-avc-pyr3b.mp4", 120), ("real/ax-bbb-vp9.webm", 90),
      ("real/ax-editlist-b.mp4", 12), ("real/ax-fragmented.mp4", 30), ("real/ax-h265-bframes.mp4", 30),
      ("real/ax-hlg10.mp4", 9), ("real/ax-sef-slowmo.mp4", 63), ("made/compass-vfr.mp4", 80),
      ("real/vrview-petra.jpg", 1),
    ])
  func `decodes files that others made`(file: String, count: Int) throws {
    let decoded = try Decoded(SharedMedia.path(file))
    #expect(decoded.errors.isEmpty)
    #expect(decoded.frames.count == count)
    let times = decoded.frames.compactMap(\.pts)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(.enabled(if: SharedMedia.exists))
  func `reports a VP9 file with a broken bitstream and ends`() throws {
    let decoded = try Decoded(SharedMedia.path("real/bad-invalid_vp9_bitstream-bug_1417.webm"))
    #expect(decoded.frames.isEmpty)
    #expect(!decoded.errors.isEmpty)
  }
}

/// A device context that no hwaccel can use.
final class UselessDevice: HardwareDevice {
  let name = "useless"
  let pixelFormat: Int32

  init(pixelFormat: Int32) { self.pixelFormat = pixelFormat }

  func makeReference() throws(MediaError) -> UnsafeMutablePointer<AVBufferRef> {
    guard let device = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_DRM) else { throw .noDecoder(codec: "no device") }
    return device
  }
}
