import FFmpeg
import Foundation
import Media
import Playout
import Testing
import Threads

/// Items of a few frames, and pictures by themselves.
@Suite struct ShortItemTests {
  /// How often an item was opened in so many seconds, with somebody watching or not.
  private func openings(frames: Int, rate: Double, isWatched: Bool, seconds: Double = 20) -> Int {
    let count = Monitor(0)
    let harness = PlayerHarness(["a"], framerate: 30) { _, _ throws(MediaError) in
      count.update { $0 += 1 }
      return ScriptedSource(clock: VirtualClock(), count: frames, framerate: rate)
    }
    harness.recorder.isAwake = isWatched
    harness.clock.run(to: seconds)
    return count.withLock { $0 }
  }

  @Test(arguments: [(2, 100.0), (1, 300.0), (3, 1000.0), (7, 25.0)])
  func `what is over at once is held while nobody watches`(frames: Int, rate: Double) {
    // The first, one a second, and those that are opened ahead.
    #expect(openings(frames: frames, rate: rate, isWatched: false) <= 24)
  }

  @Test func `while somebody watches, a short loop is a loop, and none spins`() {
    #expect((36...44).contains(openings(frames: 5, rate: 10, isWatched: true)))
    #expect(openings(frames: 2, rate: 1000, isWatched: true) <= 210)
  }

  @Test(arguments: ["jpg", "png", "webp", "bmp", "tiff"])
  func `a picture by itself is shown for as long as it is said, in a folder too:`(kind: String) throws {
    let folder = try TemporaryFolder()
    let picture = folder.path + "/a still.\(kind)"
    TestClips.run(["-i", TestClips.loop, "-frames:v", "1", picture])
    try folder.copy(TestClips.loop, as: "b.mp4")
    let isTakenUp = ["jpg", "png", "webp"].contains(kind)
    let sources = isTakenUp ? [folder.path] : [picture, folder.path + "/b.mp4"]
    let harness = PlayerHarness(sources, readsNumbers: true)
    harness.clock.run(to: 9.9)
    #expect(harness.player.state.item?.name == "a still.\(kind)")
    #expect(harness.recorder.numbers == [0])
    harness.clock.run(to: 10.5)
    #expect(harness.player.state.item?.name == "b.mp4")
    harness.clock.run(to: 20.9)
    #expect(harness.recorder.numbers.count == 32)
    #expect(harness.player.state.skipped.isEmpty)
    let report = try probe(MediaLocation(picture))
    #expect(report.isStill && report.duration == nil)
  }
}
