import Clocks
import FFmpeg
import Media
import Playout
import SphericalVideo
import Testing
import Threads

/// A channel on its own thread, with a clock that stands still.
@Suite struct PresetChannelTests {
  private final class Harness {
    let clock = VirtualClock()
    let programme: CurrentFrame
    let channel: PresetChannel
    let source: TestCardSource
    private let encoded = Monitor([EncodedFrame]())
    private let log = Monitor([PresetChannel.Event]())
    private static let view = SourceView(
      region: PictureRegion(x: 0, y: 0, size: TestClips.size),
      geometry: SourceGeometry(size: TestClips.size, layout: .yuv420p, projection: Equirectangular()))

    init(size: VideoSize = VideoSize(width: 320, height: 180), codec: VideoCodec = .h264) throws {
      programme = CurrentFrame(clock: clock)
      source = try TestCardSource(size: TestClips.size, framerate: 30)
      channel = PresetChannel(
        view: PresetView(preset: CameraPreset.defaults[0], size: size, tables: RemapTableCache()),
        rendition: Rendition(codec: codec, size: size, bitrate: 500_000),
        sink: { [encoded] frame in encoded.update { $0.append(frame) } },
        events: { [log] event in log.update { $0.append(event) } })
      channel.attached(to: programme)
    }

    deinit {
      clock.release()
      channel.close()
    }

    /// What a player does with its next frame.
    func publish() {
      guard case .frame(let frame) = source.step() else { return }
      let timed = TimedFrame(frame: frame.frame, time: clock.now, view: Self.view)
      programme.set(timed)
      if channel.isAwake { channel.offer(timed) }
    }

    /// The coded frames, once there are so many.
    func frames(_ count: Int) -> [EncodedFrame] {
      let frames = encoded.wait(until: MonotonicTime.now + 10_000_000_000) { $0.count >= count ? $0 : nil }
      #expect(frames != nil, "so many frames do not come")
      return frames ?? []
    }

    var frames: [EncodedFrame] { encoded.withLock { $0 } }
    var events: [PresetChannel.Event] { log.withLock { $0 } }

    func events(_ count: Int) -> [PresetChannel.Event] {
      log.wait(until: MonotonicTime.now + 10_000_000_000) { $0.count >= count ? $0 : nil } ?? []
    }
  }

  @Test(arguments: VideoCodec.allCases)
  func `waking gives a key frame at once, of the frame that is on`(codec: VideoCodec) throws {
    let harness = try Harness(codec: codec)
    harness.publish()
    harness.clock.move(by: 0.01)
    harness.channel.wake()
    let first = try #require(harness.frames(1).first)
    #expect(first.isKeyFrame)
    #expect(first.codec == codec)
    #expect(first.time == ms(10))
    #expect(!first.data.isEmpty)
    harness.clock.move(by: 0.02)
    harness.publish()
    let second = harness.frames(2)[1]
    #expect(!second.isKeyFrame)
    #expect(second.time == ms(30))
  }

  @Test func `asleep it encodes nothing, and wakes with a key frame again`() throws {
    let harness = try Harness()
    harness.publish()
    harness.channel.wake()
    _ = harness.frames(1)
    harness.channel.sleep()
    #expect(harness.events(3) == [.awake, .firstFrame, .asleep])
    for _ in 0..<10 {
      harness.clock.move(by: 0.033)
      harness.publish()
    }
    #expect(harness.channel.counters.encoded == 1)
    #expect(harness.channel.counters.dropped == 0)
    harness.channel.wake()
    let frames = harness.frames(2)
    #expect(frames[1].isKeyFrame)
    #expect(frames[1].time > frames[0].time)
  }

  @Test func `woken before there is a frame, it starts with the first`() throws {
    let harness = try Harness()
    harness.channel.wake()
    harness.clock.run(to: 1)
    #expect(harness.frames.isEmpty)
    harness.publish()
    #expect(harness.frames(1)[0].isKeyFrame)
  }

  @Test func `requests for key frames are coalesced`() throws {
    let harness = try Harness()
    harness.publish()
    harness.channel.wake()
    harness.clock.run(to: 0.2)
    for _ in 0..<50 { harness.channel.requestKeyframe() }
    harness.publish()
    harness.clock.run(to: 0.233)
    for _ in 0..<50 { harness.channel.requestKeyframe() }
    harness.clock.run(to: 0.9)
    let frames = harness.frames
    #expect(frames.map(\.isKeyFrame) == [true, true, true])
    #expect(frames.map(\.time) == [0, 200, 300].map(ms))
    #expect(harness.channel.counters.keyframes == 3)
  }

  @Test func `a paused picture answers requests and is sent again every second`() throws {
    let harness = try Harness()
    harness.publish()
    harness.channel.wake()
    harness.clock.run(to: 3.5)
    harness.channel.requestKeyframe()
    harness.clock.run(to: 3.9)
    let frames = harness.frames
    #expect(frames.map(\.time) == [0, 1000, 2000, 3000, 3510].map(ms))
    #expect(frames.map(\.isKeyFrame) == [true, false, false, false, true])
  }

  @Test func `another view is shown at once, without a new key frame`() throws {
    let harness = try Harness()
    harness.publish()
    harness.channel.wake()
    harness.clock.run(to: 0.2)
    var preset = harness.channel.view.preset
    preset.view.orientation = Orientation(yaw: .degrees(90))
    harness.channel.view.update(preset: preset)
    harness.channel.refresh()
    harness.clock.run(to: 0.3)
    #expect(harness.frames.map(\.isKeyFrame) == [true, false])
    #expect(harness.channel.view.preset == preset)
  }

  @Test func `an encoder that cannot be opened is told once and does not spin`() throws {
    let harness = try Harness(size: VideoSize(width: 321, height: 181))
    harness.publish()
    harness.channel.wake()
    harness.clock.run(to: 5.5)
    #expect((5...8).contains(harness.channel.counters.encoderFailures))
    #expect(harness.events.count == 2)
    #expect(harness.frames.isEmpty)
  }

  @Test func `another source geometry and colour go through the same channel`() throws {
    let harness = try Harness()
    harness.publish()
    harness.channel.wake()
    _ = harness.frames(1)
    harness.clock.run(to: 0.033)
    let size = VideoSize(width: 512, height: 256)
    let colour = ColourDescription(range: .full, primaries: 1, transfer: 1, matrix: 1)
    let picture = try VideoFrame.make(size: size, layout: .yuv420p10, colour: colour)
    let view = SourceView(
      region: PictureRegion(x: 0, y: 0, size: size),
      geometry: SourceGeometry(size: size, layout: .yuv420p10, projection: Equirectangular()))
    harness.channel.offer(TimedFrame(frame: picture, time: harness.clock.now, view: view))
    // Other colours need other parameter sets, which only a key frame carries.
    #expect(harness.frames(2)[1].isKeyFrame)
  }
}
