import FFmpeg
import Media
import Testing

@Suite struct EncoderTests {
  static let size = VideoSize(width: 320, height: 180)

  /// A picture that moves with `number`, with detail in it.
  static func frame(_ number: Int, from pool: VideoFramePool) -> VideoFrame {
    let frame = pool.makeFrame()
    frame.withMutablePicture { picture in
      func fill(_ plane: PlanarPicture.Plane, _ size: VideoSize, _ sample: (Int, Int) -> UInt8) {
        for y in 0..<size.height {
          let row = plane.base + y * plane.stride
          for x in 0..<size.width { row.storeBytes(of: sample(x, y), toByteOffset: x, as: UInt8.self) }
        }
      }
      fill(picture.luma, picture.size) { x, y in UInt8(16 + (x &* 3 &+ y ^ x &+ number &* 7) % 200) }
      fill(picture.cb, picture.chromaSize) { x, _ in UInt8(64 + (x + number) % 128) }
      fill(picture.cr, picture.chromaSize) { _, y in UInt8(64 + (y + number) % 128) }
    }
    return frame
  }

  struct Stream {
    var frames: [EncodedFrame]
    var bytes: [UInt8] { frames.flatMap(\.data) }
  }

  /// Encodes `count` pictures, asking for key frames at `keyframes`; a picture that does not come out at once fails.
  static func encode(
    _ configuration: EncoderConfiguration, count: Int, keyframes: Set<Int> = []
  ) throws -> Stream {
    let pool = try VideoFramePool(size: configuration.size, colour: configuration.colour)
    var encoder = try Encoder(configuration)
    var frames: [EncodedFrame] = []
    for number in 0..<count {
      let time = MediaTime(nanoseconds: Int64(number) * 33_333_333 + 1)
      let input = frame(number, from: pool)
      let output = try encoder.encode(input, time: time, forceKeyframe: keyframes.contains(number))
      let encoded = try #require(output, "picture \(number) did not come out at once")
      #expect(encoded.time == time)
      #expect(encoded.codec == configuration.codec)
      frames.append(encoded)
    }
    return Stream(frames: frames)
  }

  static func configuration(
    _ codec: VideoCodec, colour: ColourDescription = .bt709,
    profile: EncoderConfiguration.Profile = .constrainedBaseline
  ) throws -> EncoderConfiguration {
    try EncoderConfiguration(
      codec: codec, size: size, framerate: #require(Rational(30, 1)), bitrate: 1_000_000, colour: colour,
      profile: profile)
  }

  /// The types of the NAL units of an Annex B access unit (H.264, 7.4.1).
  static func unitTypes(_ data: [UInt8]) -> [UInt8] {
    data.indices.dropLast(3).filter { data[$0] == 0 && data[$0 + 1] == 0 && data[$0 + 2] == 1 }
      .map { data[$0 + 3] & 0x1f }
  }

  @Test(arguments: VideoCodec.allCases)
  func `gives out each picture at once, and key frames only when asked`(codec: VideoCodec) throws {
    let stream = try Self.encode(Self.configuration(codec), count: 90, keyframes: [30, 31, 77])
    #expect(stream.frames.indices.filter { stream.frames[$0].isKeyFrame } == [0, 30, 31, 77])
    #expect(zip(stream.frames, stream.frames.dropFirst()).allSatisfy { $0.encodedAt <= $1.encodedAt })
  }

  @Test func `makes a key frame when the interval is over`() throws {
    var configuration = try Self.configuration(.h264)
    configuration.keyframeInterval = 0.5
    let stream = try Self.encode(configuration, count: 40)
    #expect(stream.frames.indices.filter { stream.frames[$0].isKeyFrame } == [0, 15, 30])
  }

  @Test func `writes parameter sets before each IDR picture, and one slice a picture`() throws {
    let stream = try Self.encode(Self.configuration(.h264), count: 20, keyframes: [10])
    for (number, frame) in stream.frames.enumerated() {
      let types = Self.unitTypes(frame.data).filter { $0 != 6 }
      #expect(types == (number % 10 == 0 ? [7, 8, 5] : [1]))
    }
  }

  @Test(arguments: [EncoderConfiguration.Profile.constrainedBaseline, .high])
  func `signals profile, no reordering and the colours`(profile: EncoderConfiguration.Profile) throws {
    let colours = [
      ColourDescription.bt709,
      ColourDescription(range: .full, primaries: 9, transfer: 16, matrix: 9),
    ]
    for (number, colour) in colours.enumerated() {
      let stream = try Self.encode(Self.configuration(.h264, colour: colour, profile: profile), count: 3)
      let path = try TemporaryFolder.shared.write(stream.bytes, to: "signals-\(profile)-\(number).h264")
      let name = profile == .high ? "High" : "Constrained Baseline"
      #expect(try Clip.probe(path, "profile,has_b_frames") == "\(name),0")
      let expected = number == 0 ? "tv,bt709,bt709,bt709" : "pc,bt2020nc,smpte2084,bt2020"
      #expect(try Clip.probe(path, "color_range,color_space,color_transfer,color_primaries") == expected)
      let read = try Demuxer(url: MediaLocation(path)).video?.colour
      #expect(read == colour)
    }
  }

  @Test func `keeps every H.264 picture recognisable`() throws {
    let stream = try Self.encode(Self.configuration(.h264), count: 10)
    let path = try TemporaryFolder.shared.write(stream.bytes, to: "recognisable.h264")
    let decoded = try Decoded(path)
    #expect(decoded.errors.isEmpty)
    try Self.expectLikeness(decoded.frames)
  }

  @Test func `keeps every VP8 picture recognisable`() throws {
    let stream = try Self.encode(Self.configuration(.vp8), count: 10)
    let path = try TemporaryFolder.shared.write(Self.ivf(stream.frames), to: "recognisable.ivf")
    let decoded = try Decoded(path)
    #expect(decoded.errors.isEmpty)
    try Self.expectLikeness(decoded.frames)
  }

  /// Mean luma error below 8 steps.
  private static func expectLikeness(_ frames: [VideoFrame]) throws {
    let pool = try VideoFramePool(size: size)
    #expect(frames.count == 10)
    for (number, frame) in frames.enumerated() {
      let error = zip(frame.samples, Self.frame(number, from: pool).samples).prefix(size.width * size.height)
        .reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(error / (size.width * size.height) < 8, "picture \(number)")
    }
  }

  /// An IVF file: a header of 32 bytes, and 12 before each frame.
  private static func ivf(_ frames: [EncodedFrame]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    var file = Array("DKIF".utf8) + little(0, 2) + little(32, 2) + Array("VP80".utf8)
    file += little(size.width, 2) + little(size.height, 2) + little(30, 4) + little(1, 4) + little(frames.count, 8)
    for (number, frame) in frames.enumerated() { file += little(frame.data.count, 4) + little(number, 8) + frame.data }
    return file
  }

  @Test(arguments: VideoCodec.allCases)
  func `keeps to the bit rate`(codec: VideoCodec) throws {
    let stream = try Self.encode(Self.configuration(codec), count: 150)
    let bits = stream.bytes.count * 8 / 5
    #expect((300_000...1_300_000).contains(bits), "\(bits) bit/s")
  }

  @Test func `cuts slices, and delays nothing, with more threads`() throws {
    var configuration = try Self.configuration(.h264)
    configuration.threads = 2
    let stream = try Self.encode(configuration, count: 5)
    #expect(Self.unitTypes(stream.frames[1].data) == [1, 1])
  }

  @Test func `refuses sizes and pictures that it cannot encode`() throws {
    var configuration = try Self.configuration(.h264)
    for size in [VideoSize(width: 0, height: 0), .init(width: 321, height: 180), .init(width: 1 << 40, height: 2)] {
      configuration.size = size
      #expect(throws: MediaError.unsupportedPicture("\(size) pixels")) { _ = try Encoder(configuration) }
    }
    var encoder = try Encoder(Self.configuration(.h264))
    let small = try VideoFrame.make(size: VideoSize(width: 64, height: 64))
    let deep = try VideoFrame.make(size: Self.size, layout: .yuv420p10)
    for frame in [small, deep] {
      do throws(MediaError) {
        _ = try encoder.encode(frame, time: .zero)
        Issue.record("encoded \(frame.size)")
      } catch {
        #expect(error == .unsupportedPicture("\(frame.pixelFormat) with \(frame.size) pixels"))
      }
    }
  }
}
