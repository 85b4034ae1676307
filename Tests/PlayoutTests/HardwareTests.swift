import FFmpeg
import Foundation
import Media
import Playout
import Synchronization
import Testing
import VATestDriver

/// The player on a graphics device: the tests' driver, with what may go wrong.
@Suite struct HardwarePlaybackTests {
  private static let h264 = TestClips.make("hw-h264.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2")
  private static let av1 = TestClips.make("hw-av1.mp4", "-c:v libaom-av1 -usage realtime -cpu-used 8 -crf 30 -g 15")

  private static let report = HardwareProof.run(.path("the tests' driver")) { (path) throws(HardwareProblem) in
    guard let device = try? VATestDriver.open() else { throw .noDriver(path: path, reason: "the test has none") }
    return device
  }

  /// A device that has proved itself and then has `faults` on each display that is opened.
  private func acceleration(faults: [String], events: Monitor<[HardwareAcceleration.Event]> = Monitor([]))
    -> HardwareAcceleration
  {
    let opened = Mutex(0)
    let acceleration = HardwareAcceleration(
      .init(device: .path("the tests' driver")), now: { .zero },
      open: { (path) throws(HardwareProblem) in
        let number = opened.withLock { opened in
          opened += 1
          return opened
        }
        guard let device = try? VATestDriver.open(faults: faults[min(number, faults.count) - 1])
        else { throw .noDriver(path: path, reason: "the test has none") }
        return device
      },
      events: { event in events.update { $0.append(event) } })
    acceleration.adopt(Self.report)
    return acceleration
  }

  private func play(_ clip: String, on acceleration: HardwareAcceleration, seconds: Double) -> PlayerHarness {
    let harness = PlayerHarness([clip], readsNumbers: true) { (item, interruption) throws(MediaError) in
      try MediaFileSource(
        url: String(item.url.dropFirst("script://".count)), decoderThreads: 1, hardware: acceleration,
        interruption: interruption)
    }
    harness.clock.run(to: seconds)
    return harness
  }

  @Test(arguments: [
    ("hw-h264-slices.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2 -slices 4"),
    ("hw-hevc10.mp4", "-c:v libx265 -preset ultrafast -crf 20 -pix_fmt yuv420p10le -x265-params log-level=error"),
    ("hw-vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 3M -g 15"),
    ("hw-av1-plain.mp4", "-c:v libaom-av1 -usage realtime -cpu-used 8 -crf 30 -g 15"),
  ])
  func `plays every frame in order from surfaces`(name: String, options: String) {
    let harness = play(TestClips.make(name, options), on: acceleration(faults: [""]), seconds: 1.5)
    #expect(Array(harness.recorder.numbers.prefix(40)) == (0..<40).map { $0 % 30 })
    #expect(harness.player.state.decoder == "VA-API")
    #expect(harness.player.state.decoderReason == nil)
  }

  @Test(arguments: [
    ("h264", "decode-error-from 14"), ("h264", "slow-sync 1500"), ("h264", "hang-sync"), ("h264", "context-refused"),
    ("h264", "few-surfaces 2"), ("h264", "alloc-fails images"), ("h264", "alloc-fails buffers"),
    ("h264", "device-lost"), ("h264", "profile-missing H264High"), ("av1", "decode-error-from 14"),
    ("av1", "context-refused"),
  ])
  func `no frame is missing and none comes twice when software takes over`(codec: String, fault: String) {
    let clip = codec == "av1" ? Self.av1 : Self.h264
    let events = Monitor([HardwareAcceleration.Event]())
    let harness = play(clip, on: acceleration(faults: [fault, ""], events: events), seconds: 0.98)
    #expect(harness.recorder.numbers == Array(0..<30))
    let seen = harness.recorder.seen
    #expect(seen.allSatisfy { $0.time == $0.at })
    #expect(harness.player.state.decoder == "software", "\(harness.events)")
    #expect(harness.player.state.decoderReason != nil)
    let failures = events.withLock { $0 }.count { if case .failed = $0 { true } else { false } }
    #expect(failures <= 1)
    // The next time around it is a fresh display.
    harness.recorder.forget()
    harness.clock.run(to: 1.9)
    #expect(Array(harness.recorder.numbers.prefix(25)) == Array(0..<25))
    #expect(fault == "device-lost" || harness.player.state.decoder == "VA-API", "\(harness.player.state)")
  }

  @Test func `nothing is missing from a transport stream either, which has no index`() {
    let clip = TestClips.make("hw-plain.ts", "-c:v libx264 -preset veryfast -crf 16 -g 15 -bf 2")
    let harness = play(clip, on: acceleration(faults: ["decode-error-from 12", ""]), seconds: 0.98)
    #expect(harness.recorder.numbers == Array(0..<30))
    #expect(harness.player.state.decoder == "software")
  }

  @Test func `a damaged stream is not the device's fault`() throws {
    let clip = TestClips.make("hw-whole.ts", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2")
    var data = try Data(contentsOf: URL(fileURLWithPath: clip))
    for place in stride(from: data.count / 3, to: data.count / 3 + 4000, by: 7) { data[place] ^= 0x55 }
    let damaged = TestClips.folder + "/hw-damaged.ts"
    try data.write(to: URL(fileURLWithPath: damaged))
    let harness = play(damaged, on: acceleration(faults: [""]), seconds: 3.5)
    let seen = harness.recorder.seen
    #expect(seen.count > 40)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time < $1.time })
  }

  @Test func `an item begins in software while the device is being tried out`() {
    let untried = HardwareAcceleration(
      .init(device: .path("the tests' driver")), now: { .zero },
      open: { (_) throws(HardwareProblem) in throw .noDevice })
    let harness = play(
      Self.h264, on: untried, seconds: 0.5)
    #expect(harness.player.state.decoder == "software")
    #expect(harness.player.state.decoderReason == "the graphics device is being tried out")
  }

  @Test func `the proof refuses a device that gets one bit wrong`() throws {
    let report = HardwareProof.run(.path("the tests' driver")) { (_) throws(HardwareProblem) in
      guard let device = try? VATestDriver.open(faults: "flip-bit 20") else { throw .noDevice }
      return device
    }
    let rows = try #require(report.devices.first).rows
    #expect(rows.count == DecodeProfile.allCases.count + 1)
    for row in rows where row.work != .encode { #expect(row.refusal?.contains("are not as in software") == true) }
  }

  @Test func `a device that cannot be used is told with what to do about it`() {
    let missing = HardwareProof.run(.path("/nowhere/renderD128")) { (path) throws(HardwareProblem) in
      try VAAPIDevice(path: path)
    }
    #expect(missing.problems == ["/nowhere/renderD128 cannot be opened: No such file or directory"])
    let permission = HardwareProblem.noPermission(path: "/dev/dri/renderD128", group: "render").description
    #expect(permission.contains("its group is render") && permission.contains("usermod -aG render"))
  }
}

@Suite struct DeviceProbationTests {
  @Test func `three failures in ten minutes put a device aside for an hour`() {
    var probation = DeviceProbation()
    func time(_ seconds: Double) -> MediaTime { MediaTime(seconds: seconds) }
    // The first is forgotten when the third comes.
    let early = [0, 300, 650].map { probation.failed(at: time($0)) }
    #expect(early == [false, false, false])
    #expect(!probation.isAside(at: time(650)))
    let isAside = probation.failed(at: time(700))
    #expect(isAside)
    #expect(probation.isAside(at: time(701)))
    #expect(probation.isAside(at: time(4299)))
    #expect(!probation.isAside(at: time(4300)))
  }
}
