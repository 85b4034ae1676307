import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// A seek ends at the frame that is on at that time, in every container.
@Suite struct SeekTests {
  @Test(arguments: NumberedClips.kinds)
  func `a seek ends at the frame that is on then, in`(kind: NumberedClips.Kind) throws {
    let clip = NumberedClips.make(kind, name: "seek", seconds: 8, group: 50)
    let source = try MediaFileSource(url: MediaLocation(clip), decoderThreads: 1)
    for time in [6.5, 1, 0, 3.1, 7.9, 2.0, 1.99, 7.99, 4.02] {
      source.seek(to: MediaTime(seconds: time))
      let frame = try #require(try source.frame(at: MediaTime(seconds: time)))
      #expect(NumberedClips.number(of: frame.frame) == Int(time * 25 + 0.01), "\(time) s")
    }
  }

  @Test(arguments: NumberedClips.kinds)
  func `past the end it ends at the last frame, in`(kind: NumberedClips.Kind) throws {
    let clip = NumberedClips.make(kind, name: "seek-end", seconds: 4, group: 75)
    for time in [4, 5, 500] as [Double] {
      let source = try MediaFileSource(url: MediaLocation(clip), decoderThreads: 1)
      source.seek(to: MediaTime(seconds: time))
      #expect(try source.frame(at: MediaTime(seconds: time)).map { NumberedClips.number(of: $0.frame) } == 99)
    }
  }

  @Test(arguments: NumberedClips.kinds)
  func `a player goes there while it plays, and goes on from there, in`(kind: NumberedClips.Kind) throws {
    let clip = NumberedClips.make(kind, name: "seek-play", seconds: 8, group: 100)
    let harness = PlayerHarness([clip])
    harness.clock.run(to: 0.5)
    for (time, at) in [(7.5, 1.0), (1.0, 2.0), (4.4, 3.0)] {
      harness.recorder.forget()
      harness.player.seek(to: MediaTime(seconds: time))
      harness.clock.run(to: at)
      let shown = harness.recorder.bars
      let first = Int(time * 25 + 0.01)
      #expect(shown.first == first && shown.starts(with: [first, first + 1, first + 2]), "\(time): \(shown)")
    }
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test(arguments: NumberedClips.kinds)
  func `it goes on where it was stopped within the last group, and is not called bad, in`(
    kind: NumberedClips.Kind
  ) throws {
    let clip = NumberedClips.make(kind, name: "resume", seconds: 8, group: 150)
    let point = ResumePoint(url: MediaLocation(clip), index: 0, position: MediaTime(seconds: 7))
    let harness = PlayerHarness([clip], resume: point)
    harness.clock.run(to: 0.4)
    #expect(harness.recorder.bars.first == 175)
    #expect(harness.player.state.skipped.isEmpty && !harness.player.state.isTestCard)
  }

  @Test func `a picture that is held is what is on, wherever in it one goes`() throws {
    let clip = TestClips.folder + "/hold.mkv"
    // Frames 0…24, then 25 after fifteen seconds.
    TestClips.run(
      ["-i", NumberedClips.make(NumberedClips.kinds[0], name: "hold", seconds: 2, group: 10)]
        + ["-vf", "setpts=PTS+gte(N\\,25)*15/TB", "-vsync", "vfr", "-c:v", "libx264", "-bf", "2", "-g", "10", clip])
    let url = MediaLocation(clip)
    #expect(try abs(probe(url).duration!.seconds - 17) < 0.1)
    for time in [1, 5, 15.5] {
      let source = try MediaFileSource(url: url, decoderThreads: 1)
      source.seek(to: MediaTime(seconds: time))
      #expect(try source.frame(at: MediaTime(seconds: time)).map { NumberedClips.number(of: $0.frame) } == 24)
    }
    let harness = PlayerHarness([clip])
    harness.clock.run(to: 16.9)
    #expect(harness.recorder.bars == Array(0..<48))
    #expect(harness.player.state.skipped.isEmpty)
    harness.recorder.forget()
    harness.player.seek(to: MediaTime(seconds: 10))
    harness.clock.run(to: 17.2)
    #expect(harness.recorder.bars == [24])
    // The rest of its time is still to come.
    harness.clock.run(to: 22.95)
    #expect(harness.recorder.bars.prefix(2) == [24, 25])
  }
}

extension Recorder {
  /// The numbers of what was shown, as `NumberedClips` writes them.
  var bars: [Int] { seen.compactMap(\.bars) }
}
