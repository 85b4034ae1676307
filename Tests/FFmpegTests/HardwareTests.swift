import CSurface
import FFmpeg
import Foundation
import Media
import Synchronization
import SansIO
import Testing
import VATestDriver

/// Decoding on a device against decoding in software, to the bit, through the same `Decoder`.
///
/// On the tests' driver, or with CUPOLA_HARDWARE=/dev/dri/renderD128 on the device that this names: `make hardware-test`.
@Suite struct HardwareMatrixTests {
  struct Feature: Sendable, CustomTestStringConvertible {
    var name: String
    var file: String
    var options: String
    var size = "320x180"
    var frames = 24

    var testDescription: String { name }
  }

  private static func x264(
    _ name: String, _ parameters: String, size: String = "320x180", frames: Int = 24, more: String = ""
  ) -> Feature {
    let file = "hw-h264-" + name.lowercased().filter { $0.isLetter || $0.isNumber } + ".mp4"
    return Feature(
      name: "H.264 \(name)", file: file,
      options: "-c:v libx264 -preset medium \(more) -x264-params \(parameters)", size: size, frames: frames)
  }

  private static func x265(_ name: String, _ parameters: String, more: String = "") -> Feature {
    let file = "hw-hevc-" + name.lowercased().filter { $0.isLetter || $0.isNumber } + ".mp4"
    return Feature(
      name: "HEVC \(name)", file: file,
      options: "-c:v libx265 -preset fast \(more) -x265-params log-level=none:pools=1:frame-threads=1:\(parameters)")
  }

  static let features = [
    x264("CAVLC, no B", "bframes=0:keyint=12", more: "-profile:v baseline"),
    x264("CABAC, B pyramid", "bframes=3:b-pyramid=normal:8x8dct=0:keyint=12", more: "-profile:v main"),
    x264("temporal direct", "bframes=2:direct=temporal:ref=4"),
    x264("8x8 transform, weights", "bframes=3:ref=4:weightp=2:weightb=1:8x8dct=1"),
    x264("scaling lists", "cqm=jvt:8x8dct=1"),
    x264("5 slices", "slices=5:bframes=2:ref=3"),
    x264("MBAFF", "tff=1:bframes=2:ref=3:8x8dct=1", size: "320x192"),
    x264("open GOP", "open-gop=1:bframes=3:keyint=10:scenecut=0"),
    x264("1080p, cropped from 1088", "bframes=2:keyint=6", size: "1920x1080", frames: 8),
    x264("318x178, cropped", "bframes=2", size: "318x178"),
    x265("8 bit, B pyramid", "bframes=4:b-pyramid=1:keyint=12:min-keyint=12"),
    x265("10 bit", "bframes=3:keyint=12", more: "-pix_fmt yuv420p10le"),
    x265("3 slices", "slices=3"),
    x265("open GOP", "open-gop=1:bframes=4:keyint=10:min-keyint=10:scenecut=0"),
    Feature(
      name: "VP8, hidden frames", file: "hw-vp8.webm",
      options: "-c:v libvpx -b:v 300k -auto-alt-ref 1 -lag-in-frames 12 -g 12 -cpu-used 4"),
    Feature(
      name: "VP9, hidden frames", file: "hw-vp9.webm",
      options: "-c:v libvpx-vp9 -b:v 300k -auto-alt-ref 1 -lag-in-frames 16 -g 12 -cpu-used 5"),
    Feature(
      name: "VP9, 10 bit", file: "hw-vp9-10.webm",
      options: "-c:v libvpx-vp9 -b:v 300k -pix_fmt yuv420p10le -cpu-used 5 -g 12"),
    Feature(
      name: "AV1, 8 bit", file: "hw-av1.mp4",
      options: "-c:v libaom-av1 -cpu-used 6 -crf 35 -g 12 -lag-in-frames 12 -strict experimental"),
    Feature(
      name: "AV1, 10 bit", file: "hw-av1-10.mp4",
      options: "-c:v libaom-av1 -cpu-used 8 -usage realtime -crf 35 -g 12 -pix_fmt yuv420p10le -strict experimental"),
  ]

  static let realDevice = ProcessInfo.processInfo.environment["CUPOLA_HARDWARE"]

  private static func device(faults: String = "") throws -> VAAPIDevice {
    if let realDevice { return try VAAPIDevice(path: realDevice) }
    return try VATestDriver.open(faults: faults)
  }

  private static let made = Mutex<Set<String>>([])

  private static func clip(_ feature: Feature) throws -> String {
    let path = TemporaryFolder.shared.path(feature.file)
    let depth = feature.options.contains("pix_fmt") ? "" : "-pix_fmt yuv420p "
    let before = "ffmpeg -v error -nostdin -y -f lavfi -i".split(separator: " ").map(String.init)
    let source = "testsrc2=size=\(feature.size):rate=30,rotate=t/3,noise=alls=8:allf=t:all_seed=7"
    let after = "-frames:v \(feature.frames) \(depth)\(feature.options)".split(separator: " ").map(String.init)
    // Tests run side by side: one makes a clip, the others wait for it.
    try made.withLock { made in
      if made.insert(feature.file).inserted { try Clip.run(before + [source] + after + [path]) }
    }
    return path
  }

  /// The pictures that a decoder gives; it is not asked for more once something went wrong.
  private static func decode(
    _ path: String, device: VAAPIDevice?, bringsPictures: Bool = true
  ) throws -> (frames: [VideoFrame], stream: VideoStream) {
    let demuxer = try Demuxer(url: MediaLocation(path), access: MediaAccess(formats: .all))
    guard let video = demuxer.video else { throw MediaError.noVideo }
    var decoder = try Decoder(stream: video, hardware: device)
    decoder.bringsPictures = bringsPictures
    let packet = Packet()
    var frames: [VideoFrame] = []
    while try demuxer.readPacket(packet) {
      try decoder.send(packet)
      while let frame = try decoder.receive() { frames.append(frame) }
    }
    try decoder.sendEnd()
    while let frame = try decoder.receive() { frames.append(frame) }
    return (frames, video)
  }

  private static func agreement(_ path: String, _ device: VAAPIDevice) throws -> (same: Int, fromDevice: Int, of: Int) {
    let (expected, _) = try decode(path, device: nil)
    let (frames, _) = try decode(path, device: device)
    #expect(frames.map(\.pts) == expected.map(\.pts))
    return (
      zip(frames, expected).count { $0.hasSameSamples(as: $1) }, frames.count(where: \.isFromDevice), expected.count
    )
  }

  @Test(arguments: features)
  func `decodes to the bit what software decodes, every picture from a surface`(feature: Feature) throws {
    let path = try Self.clip(feature)
    let device = try Self.device()
    let profile = try #require(DecodeProfile(try Self.decode(path, device: nil).stream))
    if Self.realDevice != nil, device.decodeLimits()[profile] == nil {
      print("\(feature.name): \(profile) is not offered")
      return
    }
    let (same, fromDevice, of) = try Self.agreement(path, device)
    print("\(feature.name): \(same) of \(of) pictures to the bit, \(fromDevice) from a surface")
    #expect(of == feature.frames && same == of && fromDevice == of)
  }

  @Test(.enabled(if: realDevice == nil), arguments: [0, 1, 10, 11, 14, 15, 17])
  func `a device that gets one bit wrong does not pass`(index: Int) throws {
    let path = try Self.clip(Self.features[index])
    let (same, fromDevice, of) = try Self.agreement(path, VATestDriver.open(faults: "flip-bit"))
    #expect(fromDevice == of)
    #expect(same < of)
  }

  @Test(
    .enabled(if: realDevice == nil),
    arguments: ["derive-refused", "layout pitch2x", "layout tight", "layout shifted", "export-refused"])
  func `however surfaces lie in memory, the samples are the same`(fault: String) throws {
    for index in [8, 9, 11] {
      let (same, fromDevice, of) = try Self.agreement(
        Self.clip(Self.features[index]), VATestDriver.open(faults: fault))
      #expect(same == of && fromDevice == of)
    }
  }

  @Test func `pictures that nobody sees stay on the device`() throws {
    let path = try Self.clip(Self.features[1])
    let (frames, _) = try Self.decode(path, device: Self.device(), bringsPictures: false)
    #expect(frames.count == Self.features[1].frames)
    #expect(frames.allSatisfy { $0.isFromDevice && !$0.hasSamples && $0.layout == .nv12 })
  }

  @Test(.enabled(if: realDevice == nil)) func `limits are the driver's own`() throws {
    let device = try VATestDriver.open(faults: "max-size 1280x720; profile-missing VP8Version0_3")
    let limits = device.decodeLimits()
    #expect(limits[.h264High] == VideoSize(width: 1280, height: 720))
    #expect(limits[.vp8] == nil)
    #expect(limits.count == DecodeProfile.allCases.count - 1)
  }

  @Test(.enabled(if: realDevice == nil), arguments: [("", false), ("low-power-only", true)])
  func `the low-power entry point is taken where it is the only one`(faults: String, isLowPower: Bool) throws {
    #expect(try VATestDriver.open(faults: faults).encodeEntryPoint()?.isLowPower == isLowPower)
  }

  @Test(.enabled(if: realDevice == nil)) func `a device is opened and closed without leaving anything`() throws {
    let path = try Self.clip(Self.features[1])
    _ = try Self.decode(path, device: Self.device())
    let before = try openFiles(of: "memfd")
    for _ in 0..<100 { _ = try Self.decode(path, device: Self.device()) }
    #expect(try openFiles(of: "memfd") <= before + 8)
  }

  /// The descriptors of this process that lead to a file with `name` in it: others run tests in it at the same time.
  private func openFiles(of name: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { descriptor in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + descriptor))?.contains(name)
        == true
    }
  }
}

/// H.264 from a device's encoder, by the eyes of libavcodec's decoder.
@Suite struct HardwareEncoderTests {
  private static let size = VideoSize(width: 320, height: 180)
  private static let source = Result {
    try Clip.make("hw-encode.y4m", "-f lavfi -i testsrc2=s=320x180:r=30:d=1 -pix_fmt yuv420p")
  }

  private func encode(faults: String, frames count: Int = 20) throws -> (coded: [EncodedFrame], frames: [VideoFrame]) {
    let frames = Array(try Decoded(Self.source.get()).frames.prefix(count))
    let device = try VATestDriver.open(faults: faults)
    var encoder = try HardwareEncoder(
      EncoderConfiguration(size: Self.size, framerate: #require(Rational(30, 1)), bitrate: 2_000_000), device: device)
    var coded: [EncodedFrame] = []
    for (number, frame) in frames.enumerated() {
      coded.append(
        try encoder.encode(frame, time: MediaTime(seconds: Double(number) / 30), forceKeyframe: number == 7))
    }
    return (coded, frames)
  }

  @Test(arguments: [
    "", "low-power-only", "packed-headers-none", "rate-control cqp", "rate-control cbr", "rate-control vbr",
    "upload-refused", "layout pitch2x",
  ])
  func `each picture in is one out, with key frames on demand and parameter sets in band`(faults: String) throws {
    if faults == "upload-refused" {
      #expect(throws: MediaError.self) { try encode(faults: faults) }
      return
    }
    let (coded, frames) = try encode(faults: faults)
    #expect(coded.count == frames.count)
    #expect(coded.indices.filter { coded[$0].isKeyFrame } == [0, 7])
    #expect(try H264Check.leastFidelity(of: coded, to: frames) > 28)
    // From the second key frame on, as a viewer that joins then sees it.
    #expect(try H264Check.leastFidelity(of: Array(coded[7...]), to: Array(frames[7...])) > 28)
  }

  @Test(arguments: ["upload-refused late", "encode-error-from 3", "device-lost", "context-refused encode"])
  func `whatever fails is an error and no wrong picture`(faults: String) throws {
    #expect(throws: (any Error).self) { try encode(faults: faults) }
  }

  @Test func `a device without an encoder says so`() throws {
    #expect(throws: MediaError.device("it does not encode H.264")) { try encode(faults: "encode-missing") }
  }
}

@Suite struct SurfaceCopyTests {
  @Test func `streaming loads give the bytes that memcpy gives, wherever rows begin and end`() {
    var random = SeededGenerator(seed: 5)
    let source = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      for index in buffer.indices { buffer[index] = UInt8.random(in: 0...255, using: &random) }
      count = buffer.count
    }
    for _ in 0..<400 {
      let bytes = Int.random(in: 0...1500, using: &random)
      let rows = Int.random(in: 0...12, using: &random)
      let stride = bytes + Int.random(in: 0...70, using: &random)
      let start = Int.random(in: 0...130, using: &random)
      var one = [UInt8](repeating: 9, count: 1 << 16)
      var other = one
      source.withUnsafeBufferPointer { source in
        csurface_copy(CSURFACE_STREAMING, &one, stride + 3, source.baseAddress! + start, stride, bytes, rows)
        csurface_copy(CSURFACE_PLAIN, &other, stride + 3, source.baseAddress! + start, stride, bytes, rows)
      }
      #expect(one == other)
    }
  }
}
