import FFmpeg
import Foundation
import Media
import Playout
import Synchronization
import Testing
import Threads
import VATestDriver

/// The player on a graphics device: the tests' driver, with what may go wrong.
@Suite struct HardwarePlaybackTests {
  private static let h264 = TestClips.make("hw-h264.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2")
  private static let av1 = TestClips.make("hw-av1.mp4", "-c:v libaom-av1 -usage realtime -cpu-used 8 -crf 30 -g 15")

  private static let report = HardwareProof.run(.path("the tests' driver")) { (path) throws(HardwareProblem) in
    guard let device = try? VATestDriver.open() else { throw .noDriver(path: path, reason: "the test has none") }
    return device
  }

  /// A device that is still being tried out and has `faults` on each display that is opened, the last on all further ones.
  private func untried(faults: [String], events: Monitor<[HardwareAcceleration.Event]> = Monitor([]))
    -> HardwareAcceleration
  {
    let opened = Mutex(0)
    return HardwareAcceleration(
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
  }

  /// The same, when it has proved itself.
  private func acceleration(faults: [String], events: Monitor<[HardwareAcceleration.Event]> = Monitor([]))
    -> HardwareAcceleration
  {
    let acceleration = untried(faults: faults, events: events)
    acceleration.adopt(Self.report)
    return acceleration
  }

  private func play(
    _ clip: String, on acceleration: HardwareAcceleration, seconds: Double, threads: Int = 1,
    recoveryLimit: MediaTime = MediaTime(seconds: 60)
  ) -> PlayerHarness {
    let harness = PlayerHarness([clip], readsNumbers: true) {
      (item, interruption) throws(MediaError) in
      try MediaFileSource(
        url: MediaLocation(bytes: item.url.bytes.dropFirst("script://".count)), decoderThreads: threads,
        hardware: acceleration,
        recoveryLimit: recoveryLimit,
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

  @Test func `where software is too slow to catch up, the item goes on from the key frame`() {
    let harness = play(
      Self.h264, on: acceleration(faults: ["decode-error-from 17", ""]), seconds: 0.98, recoveryLimit: .zero)
    let numbers = harness.recorder.numbers.compactMap { $0 }
    let back = numbers.firstIndex { $0 == 10 }.flatMap { numbers[($0 + 1)...].firstIndex(of: 10) } ?? 0
    #expect((11...18).contains(back), "\(numbers)")
    #expect(numbers == Array(0..<back) + (0..<(30 - back)).map { 10 + $0 })
    #expect(harness.recorder.seen.allSatisfy { $0.time == $0.at })
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

  @Test(arguments: [
    ("hw-closed.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2", 1),
    ("hw-open.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2 -x264-params open-gop=1", 1),
    ("hw-threads.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2", 3),
    (
      "hw-hevc-open.mp4",
      "-c:v libx265 -preset ultrafast -crf 20 -x265-params log-level=error:keyint=10:min-keyint=10:open-gop=1:bframes=2",
      1
    ),
    ("hw-vp9-handed-over.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 3M -g 10", 1),
  ])
  func `an item begins in software while the device is being tried out, and goes on there`(
    name: String, options: String, threads: Int
  ) {
    let hardware = untried(faults: [""])
    let harness = play(TestClips.make(name, options), on: hardware, seconds: 0.2, threads: threads)
    #expect(harness.player.state.decoder == "software")
    #expect(harness.player.state.decoderReason == "the graphics device is being tried out")
    hardware.adopt(Self.report)
    harness.clock.run(to: 0.98)
    #expect(harness.recorder.numbers == Array(0..<30))
    #expect(harness.recorder.seen.allSatisfy { $0.time == $0.at })
    #expect(harness.player.state.decoder == "VA-API")
    #expect(harness.player.state.decoderReason == nil)
    #expect(harness.player.state.counters.decodeErrors == 0)
  }

  @Test(arguments: [
    "context-refused", "decode-error-from 0", "decode-error-from 1", "decode-error-from 4", "hang-sync",
  ])
  func `a device that fails when it takes over is not missed`(fault: String) {
    let hardware = untried(faults: [fault, ""])
    let harness = play(Self.h264, on: hardware, seconds: 0.2)
    hardware.adopt(Self.report)
    harness.clock.run(to: 0.98)
    #expect(harness.recorder.numbers == Array(0..<30))
    #expect(harness.recorder.seen.allSatisfy { $0.time == $0.at })
    #expect(harness.player.state.decoder == "software")
    #expect(harness.player.state.decoderReason?.hasPrefix("the graphics device failed: ") == true)
    harness.recorder.forget()
    harness.clock.run(to: 1.9)
    #expect(Array(harness.recorder.numbers.prefix(25)) == Array(0..<25))
    #expect(harness.player.state.decoder == "VA-API")
  }

  @Test func `what a device that has been tried out cannot do stays in software, with the reason`() {
    let hardware = HardwareAcceleration(
      .init(device: .path("the tests' driver")), now: { .zero },
      open: { (_) throws(HardwareProblem) in throw .noDevice })
    let harness = play(Self.h264, on: hardware, seconds: 0.2)
    hardware.prove()
    harness.clock.run(to: 0.98)
    #expect(harness.recorder.numbers == Array(0..<30))
    #expect(harness.player.state.decoderReason == HardwareProblem.noDevice.explanation)
  }

  /// 8 bits and then 10 in one stream; the second half begins with a key frame.
  private static let depths: String = {
    let x265 = "-c:v libx265 -preset ultrafast -crf 18 -x265-params log-level=error:keyint=10:min-keyint=10:bframes=2"
    let eight = TestClips.make("hw-eight.ts", x265 + " -pix_fmt yuv420p -muxdelay 0 -output_ts_offset 1")
    let ten = TestClips.make("hw-ten.ts", x265 + " -pix_fmt yuv420p10le -muxdelay 0 -output_ts_offset 2")
    let both = TestClips.folder + "/hw-depths.ts"
    let data = [eight, ten].reduce(into: Data()) { $0 += try! Data(contentsOf: URL(fileURLWithPath: $1)) }
    try! data.write(to: URL(fileURLWithPath: both))
    return both
  }()

  @Test(arguments: [(true, "VA-API"), (false, "software")])
  func `a change of bit depth goes on, on the device where it has the new one`(hasTen: Bool, decoder: String) {
    let faults = hasTen ? "" : "profile-missing HEVCMain10"
    let harness = play(Self.depths, on: acceleration(faults: [faults]), seconds: 1.9)
    #expect(harness.recorder.numbers == Array(0..<30) + Array(0..<28), "\(harness.player.state)")
    #expect(harness.player.state.decoder == decoder)
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
    let permission = HardwareProblem.noPermission(path: "/dev/dri/renderD128", group: "render").explanation
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
