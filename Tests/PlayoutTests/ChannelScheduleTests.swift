import FFmpeg
import Media
import Playout
import SphericalVideo
import Testing

@Suite struct ChannelScheduleTests {
  private enum Outcome: Equatable {
    case encode(Int, key: Bool)
    case wait(Int?)
    case sleep
    case close
  }

  private static let view = SourceView(
    region: PictureRegion(x: 0, y: 0, size: VideoSize(width: 64, height: 32)),
    geometry: SourceGeometry(
      size: VideoSize(width: 64, height: 32), layout: .yuv420p, projection: Equirectangular()))
  private static let picture = try! VideoFrame.make(size: VideoSize(width: 64, height: 32))

  private func frame(_ milliseconds: Int) -> TimedFrame {
    TimedFrame(frame: Self.picture, time: ms(milliseconds), view: Self.view)
  }

  /// What the schedule does at a time, and what follows from it when the encoder does as it is told.
  private func step(_ schedule: inout ChannelSchedule, at time: Int, hasFrame: Bool = true) -> Outcome {
    switch schedule.next(at: ms(time), again: { hasFrame ? frame(time) : nil }) {
    case .encode(let frame, let key):
      schedule.encoded(at: ms(time), asKeyframe: key)
      return .encode(Int(frame.time.nanoseconds / 1_000_000), key: key)
    case .wait(let time): return .wait(time.map { Int($0.nanoseconds / 1_000_000) })
    case .sleep: return .sleep
    case .close: return .close
    }
  }

  private func awake(at time: Int = 0) -> ChannelSchedule {
    var schedule = ChannelSchedule()
    schedule.wake()
    _ = step(&schedule, at: time)
    return schedule
  }

  @Test func `asleep it takes nothing and does nothing`() {
    var schedule = ChannelSchedule()
    schedule.offer(frame(0))
    schedule.requestKeyframe(at: ms(0))
    #expect(step(&schedule, at: 0) == .sleep)
    schedule.wake()
    #expect(step(&schedule, at: 5, hasFrame: false) == .wait(nil))
  }

  @Test func `what came while an encoder was opened gives way to the newest`() {
    var schedule = awake()
    #expect(schedule.takeNewest()?.time == nil)
    for time in [33, 66, 100] { schedule.offer(frame(time)) }
    #expect(schedule.takeNewest()?.time == ms(100))
    #expect(schedule.takeNewest()?.time == nil)
  }

  @Test func `waking encodes the frame that is on, as a key frame, at once`() {
    var schedule = ChannelSchedule()
    schedule.wake()
    #expect(step(&schedule, at: 5) == .encode(5, key: true))
    schedule.offer(frame(33))
    #expect(step(&schedule, at: 33) == .encode(33, key: false))
  }

  @Test func `the mailbox keeps the two newest frames and counts the others`() {
    var schedule = awake()
    for time in [10, 20, 30, 40] { schedule.offer(frame(time)) }
    #expect(schedule.dropped == 2)
    #expect(step(&schedule, at: 41) == .encode(30, key: false))
    #expect(step(&schedule, at: 42) == .encode(40, key: false))
  }

  @Test func `a request is served by the next frame`() {
    var schedule = awake()
    schedule.requestKeyframe(at: ms(200))
    #expect(step(&schedule, at: 200) == .wait(210))
    schedule.offer(frame(205))
    #expect(step(&schedule, at: 205) == .encode(205, key: true))
    schedule.offer(frame(240))
    #expect(step(&schedule, at: 240) == .encode(240, key: false))
  }

  @Test func `a request does not wait long for a next frame`() {
    var schedule = awake()
    schedule.requestKeyframe(at: ms(200))
    #expect(step(&schedule, at: 210) == .encode(210, key: true))
  }

  @Test func `requests are coalesced and key frames kept apart`() {
    var schedule = awake()
    for time in [200, 201, 202] { schedule.requestKeyframe(at: ms(time)) }
    schedule.offer(frame(203))
    #expect(step(&schedule, at: 203) == .encode(203, key: true))
    schedule.requestKeyframe(at: ms(210))
    schedule.offer(frame(233))
    #expect(step(&schedule, at: 233) == .encode(233, key: false))
    #expect(step(&schedule, at: 240) == .wait(303))
    #expect(step(&schedule, at: 303) == .encode(303, key: true))
    #expect(step(&schedule, at: 304) == .wait(1303))
  }

  @Test func `a picture that stays is sent again every second`() {
    var schedule = awake()
    #expect(step(&schedule, at: 500) == .wait(1000))
    #expect(step(&schedule, at: 1000) == .encode(1000, key: false))
  }

  @Test func `another view is encoded at once`() {
    var schedule = awake()
    schedule.refresh()
    #expect(step(&schedule, at: 20) == .encode(20, key: false))
  }

  @Test func `a failing encoder gets a second chance at once and others at intervals`() {
    var schedule = awake()
    schedule.offer(frame(100))
    _ = schedule.next(at: ms(100), again: { nil })
    schedule.failed(at: ms(100))
    #expect(schedule.failuresInARow == 1)
    guard case .encode = schedule.next(at: ms(100), again: { frame(100) }) else {
      Issue.record("no second chance")
      return
    }
    schedule.failed(at: ms(101))
    schedule.offer(frame(133))
    #expect(step(&schedule, at: 133) == .wait(1101))
    #expect(step(&schedule, at: 1101) == .encode(1101, key: false))
    #expect(schedule.failuresInARow == 0)
  }

  @Test func `sleep forgets what was wanted, and closing is for ever`() {
    var schedule = awake()
    schedule.requestKeyframe(at: ms(1))
    schedule.offer(frame(1))
    schedule.sleep()
    #expect(step(&schedule, at: 2) == .sleep)
    schedule.close()
    schedule.wake()
    #expect(!schedule.isAwake)
    #expect(step(&schedule, at: 3) == .close)
  }
}
