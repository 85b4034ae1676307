import Foundation
import Media
import Playout
import Testing

/// The player over real files.
@Suite struct PlayerFileTests {
  /// The numbers that a clip's frames show, once it has played `seconds`.
  private func play(_ sources: [String], seconds: Double, framerate: Int = 30) -> PlayerHarness {
    let harness = PlayerHarness(sources, framerate: framerate, readsNumbers: true)
    harness.clock.run(to: seconds)
    let seen = harness.recorder.seen
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(seen.allSatisfy { $0.time == $0.at })
    return harness
  }

  @Test func `a file with B-frames loops in order and without a seam`() {
    let harness = play([TestClips.loop], seconds: 3.5)
    let seen = harness.recorder.seen
    #expect(seen.map(\.number) == (0..<106).map { $0 % 30 })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { abs(($1.time - $0.time).seconds - 1 / 30) < 2e-4 })
    #expect(harness.player.state.counters.droppedLate == 0)
    #expect(harness.player.state.decoder == "software")
    #expect(harness.player.state.geometry == "equirectangular (a guess: nothing says so)")
  }

  @Test(arguments: [
    ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 3M -g 15"),
    ("av1.mp4", "-c:v libsvtav1 -preset 12 -crf 30 -g 15"),
    ("hevc.mp4", "-c:v libx265 -preset ultrafast -crf 20 -x265-params log-level=error"),
    ("hevc10.mp4", "-c:v libx265 -preset ultrafast -crf 20 -pix_fmt yuv420p10le -x265-params log-level=error"),
    ("444.mp4", "-c:v libx264 -preset veryfast -crf 16 -pix_fmt yuv444p"),
    ("fragmented.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -movflags frag_keyframe+empty_moov"),
    ("stream.ts", "-c:v libx264 -preset veryfast -crf 16 -g 10"),
    ("full.mkv", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p"),
  ])
  func `plays every frame, in order, of`(name: String, options: String) {
    let harness = play([TestClips.make(name, options)], seconds: 1.5)
    #expect(Array(harness.recorder.numbers.prefix(40)) == (0..<40).map { $0 % 30 })
  }

  @Test func `frames of an uneven rate keep their distances`() {
    // Frames 0…14 at 30 a second, then every third.
    let clip = TestClips.make(
      "vfr.mp4", "-c:v libx264 -preset veryfast -crf 16 -vsync vfr", filter: "select='lt(n,15)+not(mod(n,3))'")
    let harness = play([clip], seconds: 0.91)
    let seen = harness.recorder.seen
    let numbers = Array(0..<15) + [15, 18, 21, 24, 27]
    #expect(seen.map(\.number) == numbers)
    #expect(zip(seen, numbers).allSatisfy { abs($0.time.seconds - Double($1) / 30) < 2e-3 })
  }

  @Test func `an edit list cuts what it says`() throws {
    // A copy from the middle of a group of pictures: the edit list hides the frames before.
    let cut = TestClips.folder + "/cut.mp4"
    TestClips.run(["-ss", "0.5", "-i", TestClips.loop, "-c", "copy", cut])
    let harness = play([cut], seconds: 0.9)
    let numbers = harness.recorder.numbers.compactMap { $0 }
    #expect(numbers.count == 28)
    #expect(Array(numbers.prefix(15)) == Array(15..<30))
    #expect(numbers.dropFirst(15).first == 15)
  }

  @Test func `a 60 Hz file is shown at 30`() {
    let clip = TestClips.make("60.mp4", "-c:v libx264 -preset veryfast -crf 16 -g 10 -bf 2", framerate: 60)
    let harness = play([clip], seconds: 0.49)
    #expect(harness.recorder.numbers == stride(from: 0, to: 30, by: 2).map { $0 })
  }

  @Test func `a seek in a file lands on the frame`() {
    let harness = play([TestClips.loop], seconds: 0.2)
    harness.recorder.forget()
    harness.player.seek(to: MediaTime(seconds: 0.8))
    harness.clock.run(to: 0.21)
    #expect(harness.recorder.numbers == [24])
    harness.recorder.forget()
    harness.player.seek(to: MediaTime(seconds: 0.1))
    harness.clock.run(to: 0.3)
    #expect(harness.recorder.numbers == [3, 4, 5])
  }

  @Test func `the last frames of an item can be sought from`() {
    let harness = play([TestClips.loop], seconds: 0.97)
    harness.recorder.forget()
    harness.player.seek(to: MediaTime(seconds: 0.5))
    harness.clock.run(to: 0.975)
    #expect(harness.recorder.numbers == [15])
  }

  @Test func `bad files are passed over and named, and good ones play`() throws {
    let folder = try TemporaryFolder()
    try folder.write("1 empty.mp4", "")
    try folder.write("2 text.mp4", "This is no film at all, and long enough to be looked at for a while. No, none.")
    try folder.copy(TestClips.loop, as: "3 good.mp4")
    let data = try Data(contentsOf: URL(fileURLWithPath: TestClips.loop))
    try data.prefix(data.count / 2).write(to: URL(fileURLWithPath: folder.path + "/4 half.mp4"))
    TestClips.run(["-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", folder.path + "/5 sound.mp4"])
    try folder.copy(TestClips.loop, as: "6 good.mp4")
    let harness = play([folder.path, "/nowhere/7 missing.mp4"], seconds: 3.5)
    let state = harness.player.state
    #expect(
      state.skipped.map(\.item.name) == ["1 empty.mp4", "2 text.mp4", "4 half.mp4", "5 sound.mp4", "7 missing.mp4"])
    #expect(
      state.skipped.map(\.reason) == [
        "the file is empty", "it is not a media file, or its beginning is damaged",
        "it is not a media file, or its beginning is damaged", "there is no video in it",
        "there is no such file or folder",
      ])
    #expect(state.count == 7)
    #expect(harness.recorder.numbers == (0..<106).map { $0 % 30 })
    let started = harness.events.compactMap { event in if case .started(_, let index) = event { index } else { nil } }
    #expect(started == [2, 5, 2, 5])
  }

  @Test func `a file that appears is found, and one that is repaired is tried again`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.mp4", "not yet")
    let harness = play([folder.path], seconds: 2)
    #expect(harness.player.state.isTestCard)
    try FileManager.default.removeItem(atPath: folder.path + "/a.mp4")
    try folder.copy(TestClips.loop, as: "a.mp4")
    harness.clock.run(to: 7)
    #expect(harness.player.state.item?.name == "a.mp4")
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `a codec that libav lacks is named`() throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: TestClips.loop))
    while let tag = data.range(of: Data("avc1".utf8)) { data.replaceSubrange(tag, with: Data("xyz1".utf8)) }
    let strange = TestClips.folder + "/strange.mp4"
    try data.write(to: URL(fileURLWithPath: strange))
    let harness = play([strange, TestClips.loop], seconds: 0.5)
    #expect(harness.player.state.item?.name == "loop.mp4")
    let reason = "there is no decoder for its codec xyz1"
    #expect(harness.player.state.skipped.map(\.reason) == [reason])
    #expect(
      harness.events.first == .skipped(PlaylistItem(name: "strange.mp4", url: MediaLocation(strange)), reason: reason))
  }

  @Test func `a mistyped path is named, whatever it was to be`() {
    let harness = play(["/nowhere/films", TestClips.loop], seconds: 0.5)
    #expect(harness.player.state.skipped.map(\.item.url) == ["/nowhere/films"])
    #expect(harness.player.state.skipped.map(\.reason) == ["there is no such file or folder"])
  }

  @Test(arguments: [("long.mkv", ""), ("long.mp4", " -movflags +faststart")])
  func `a file whose end is missing plays as far as it goes and is named`(name: String, options: String) throws {
    // Six seconds.
    let clip = TestClips.make(name, "-c:v libx264 -preset veryfast -crf 16 -g 5" + options, framerate: 5)
    let data = try Data(contentsOf: URL(fileURLWithPath: clip))
    let broken = TestClips.folder + "/cut " + name
    try data.prefix(data.count * 2 / 3).write(to: URL(fileURLWithPath: broken))
    let whole = PlayerHarness([clip, TestClips.loop])
    whole.clock.run(to: 6.5)
    #expect(whole.player.state.item?.name == "loop.mp4" && whole.player.state.skipped.isEmpty)

    let harness = PlayerHarness([broken, TestClips.loop], readsNumbers: true)
    harness.clock.run(to: 5.5)
    #expect(Array(harness.recorder.numbers.prefix(12)) == Array(0..<12))
    #expect(
      harness.events.contains(.started(PlaylistItem(name: "loop.mp4", url: MediaLocation(TestClips.loop)), index: 1)))
    let skipped = try #require(harness.player.state.skipped.first)
    #expect(skipped.item.url == MediaLocation(broken))
    #expect(skipped.reason.firstMatch(of: /^it breaks off at [234] s/) != nil, "\(skipped.reason)")
    #expect(harness.events.contains(.skipped(skipped.item, reason: skipped.reason)))
  }

  @Test func `a file that breaks off plays as far as it goes`() throws {
    let clip = TestClips.make("whole.ts", "-c:v libx264 -preset veryfast -crf 16 -g 10")
    let data = try Data(contentsOf: URL(fileURLWithPath: clip))
    let broken = TestClips.folder + "/broken.ts"
    try data.prefix(data.count * 2 / 3).write(to: URL(fileURLWithPath: broken))
    let harness = PlayerHarness([broken, TestClips.loop], readsNumbers: true)
    harness.clock.run(to: 1.2)
    #expect(Array(harness.recorder.numbers.prefix(15)) == Array(0..<15))
    #expect(harness.player.state.item?.name == "loop.mp4")
    // A transport stream does not say how long it is, so nothing is missed.
    #expect(harness.player.state.skipped.isEmpty)
  }
}

/// The player over files from elsewhere, where they are there.
@Suite(.enabled(if: TestClips.hasShared)) struct SharedMediaTests {
  @Test func `the 4K compass loops`() throws {
    let harness = PlayerHarness([try #require(TestClips.shared("made/compass.mp4"))], readsNumbers: true)
    harness.clock.run(to: 4.2)
    #expect(harness.recorder.numbers == (0..<127).map { $0 % 120 })
  }

  @Test(arguments: ["compass-vp9.webm", "compass-av1.mp4", "compass-v2.mp4", "compass-proj.mkv"])
  func `compass in other wrappings starts in order`(name: String) throws {
    let harness = PlayerHarness([try #require(TestClips.shared("made/" + name))], readsNumbers: true)
    harness.clock.run(to: 0.49)
    #expect(harness.recorder.numbers == Array(0..<15))
  }

  @Test(arguments: ["compass-tb-v2.mp4", "compass-sbs-v2.mp4"])
  func `one eye of two is looked at`(name: String) throws {
    let path = try #require(TestClips.shared("made/" + name))
    let harness = PlayerHarness([path], readsNumbers: true)
    harness.clock.run(to: 0.3)
    #expect(harness.recorder.numbers == Array(0..<10))
    #expect(try probe(MediaLocation(path)).viewedSize != probe(MediaLocation(path)).size)
  }

  @Test func `an uneven compass keeps its rates`() throws {
    let harness = PlayerHarness([try #require(TestClips.shared("made/compass-vfr.mp4"))], readsNumbers: true)
    harness.clock.run(to: 3.5)
    let seen = harness.recorder.seen
    #expect(seen.count >= 70)
    #expect(seen.allSatisfy { abs($0.time.seconds - Double($0.number ?? -1) / 30) < 2e-3 })
  }

  @Test func `no bad file does more harm than to be skipped`() throws {
    let folder = try #require(TestClips.shared("real"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("bad-") }.sorted()
    let harness = PlayerHarness(names.map { folder + "/" + $0 } + [TestClips.loop])
    harness.clock.run(to: 120)
    let seen = harness.recorder.seen
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(harness.player.state.skipped.count >= 3)
    #expect(harness.player.state.item != nil)
  }

  @Test(arguments: [
    "ax-editlist-b.mp4", "ax-sef-slowmo.mp4", "ax-bbb-avc-pyr3b.mp4", "ax-h265-bframes.mp4", "ax-fragmented.mp4",
  ])
  func `films with traps play on time`(name: String) throws {
    let harness = PlayerHarness([try #require(TestClips.shared("real/" + name))])
    harness.clock.run(to: 3)
    let seen = harness.recorder.seen
    #expect(seen.count >= 3)
    #expect(seen.allSatisfy { $0.time == $0.at })
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time < $1.time })
    #expect(harness.player.state.skipped.isEmpty)
  }
}
