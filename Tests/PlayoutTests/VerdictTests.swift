import FFmpeg
import Foundation
import Media
import Playout
import SansIO
import Testing
import Threads

/// What plays and what does not, beside the verdict of the `ffmpeg` program.
@Suite struct VerdictTests {
  /// Whether `ffmpeg` gets a picture out of a file.
  private func ffmpegPlays(_ path: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ffmpeg")
    process.arguments = [
      "-v", "quiet", "-nostdin", "-pattern_type", "none", "-i", path, "-map", "0:v:0", "-frames:v", "1", "-f",
      "framecrc",
      "-",
    ]
    if !path.lowercased().hasSuffix("jpg") { process.arguments?.removeAll { $0 == "-pattern_type" || $0 == "none" } }
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return false }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").contains { !$0.hasPrefix("#") }
  }

  private func verdict(_ path: String) -> String? {
    do throws(MediaError) {
      return try probe(MediaLocation(path)).failure
    } catch {
      return "\(error)"
    }
  }

  @Test(.enabled(if: TestClips.hasShared, "there is no ../shared/media"))
  func `what ffmpeg plays of the shared media, plays`() throws {
    for part in ["made", "real"] {
      let folder = try #require(TestClips.shared(part))
      let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      for name in names
      where [".mp4", ".mkv", ".webm", ".mov", ".jpg", ".ts", ".360", ".insv"].contains(where: name.hasSuffix) {
        let failure = verdict(folder + "/" + name)
        let theirs = ffmpegPlays(folder + "/" + name)
        print(
          "  \(failure == nil ? "plays" : "does not") | ffmpeg \(theirs ? "plays" : "does not") | \(part)/\(name) \(failure ?? "")"
        )
        #expect((failure == nil) == theirs, "\(part)/\(name): \(failure ?? "plays")")
      }
    }
  }

  @Test(arguments: NumberedClips.kinds)
  func `a film that is cut off anywhere plays as far as it goes, if ffmpeg shows anything of it, in`(
    kind: NumberedClips.Kind
  ) throws {
    let clip = NumberedClips.make(kind, name: "truncated", seconds: 3, group: 25)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: clip))
    var random = SeededGenerator(seed: 20_261_127)
    print("seed 20261127")
    var played = 0
    // A hundred places over all containers and more.
    for _ in 0..<9 {
      let length = Int.random(in: 1..<bytes.count, using: &random)
      let cut = "\(TestClips.folder)/cut.\(kind.name)"
      try bytes.prefix(length).write(to: URL(fileURLWithPath: cut))
      var numbers: [Int] = []
      do throws(MediaError) {
        let source = try MediaFileSource(url: MediaLocation(cut), decoderThreads: 1)
        while let frame = try source.nextFrame() { numbers.append(NumberedClips.number(of: frame.frame)) }
      } catch {
        if numbers.isEmpty { #expect(!ffmpegPlays(cut), "\(length) of \(bytes.count): \(error)") }
      }
      // Whole pictures, in order, none twice.
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(length) of \(bytes.count): \(numbers)")
      played += numbers.count
    }
    print("  \(kind.name): \(played) pictures of 9 cuts")
  }

  // MARK: - What is booked as bad

  @Test func `a film that is overwritten by another is looked at anew, whatever was found out about the first`() throws
  {
    let folder = try TemporaryFolder()
    let film = folder.path + "/film.mkv"
    let kind = try #require(NumberedClips.kinds.first { $0.name == "mkv" })
    let good = NumberedClips.make(kind, name: "overwritten", seconds: 2, group: 25)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: good))
    // Ends within its first second.
    try bytes.prefix(bytes.count / 8).write(to: URL(fileURLWithPath: film))
    let harness = PlayerHarness([film, TestClips.loop])
    // The next time that it is opened it is another, with the same name: written over while it was open.
    harness.clock.run(to: 0.05)
    try bytes.write(to: URL(fileURLWithPath: film))
    harness.clock.run(to: 4)
    #expect(harness.recorder.bars.max() == 49, "\(harness.player.state.skipped.map(\.reason))")
  }

  @Test func `what is wrong with a place is not held against the item`() {
    let opened = Monitor(0)
    final class Late: FrameSource {
      let description = SourceDescription(
        duration: MediaTime(seconds: 10), frameDuration: MediaTime(seconds: 0.04), projection: SourceProjection(nil),
        decoder: "script")
      let decodeErrors = 0
      var isSparing = false
      private var isSought = false
      private var number = 0
      private let frame = try! VideoFrame.make(size: VideoSize(width: 64, height: 32))

      func step() -> SourceStep {
        guard !isSought, number < 250 else { return .end }
        defer { number += 1 }
        return .frame(
          SourceFrame(
            frame: frame, position: MediaTime(seconds: 0.04 * Double(number)), duration: MediaTime(seconds: 0.04)))
      }

      func seek(to position: MediaTime) { isSought = true }
    }
    let point = ResumePoint(url: "script://a", index: 0, position: MediaTime(seconds: 9))
    let harness = PlayerHarness(["a"], resume: point) { _, _ throws(MediaError) in
      opened.update { $0 += 1 }
      return Late()
    }
    harness.clock.run(to: 2)
    #expect(harness.recorder.seen.count >= 45)
    #expect(harness.player.state.skipped.isEmpty && !harness.player.state.isTestCard)
    #expect(opened.withLock { $0 } == 2)
  }
}
