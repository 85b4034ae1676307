import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// What films may take of memory.
@Suite struct MemoryTests {
  /// Pictures of 2048x1024 that refer to no others, 3.1 MB each.
  private static let large = make("large.mkv", "2048x1024", "-c:v mjpeg -pix_fmt yuvj420p")
  private static let largeStream = make("large.ts", "2048x1024", "-c:v libx264 -preset ultrafast -g 10")
  private static let small = make("small.ts", "128x64", "-c:v libx264 -preset ultrafast -g 10")

  private static func make(_ name: String, _ size: String, _ options: String) -> String {
    let path = TestClips.folder + "/memory-" + name
    TestClips.run(
      ["-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=0.8"] + options.split(separator: " ").map(String.init) + [path])
    return path
  }

  private func play(_ path: String, allowed: Int64) throws -> (sizes: [VideoSize], error: MediaError?, left: Int64) {
    let memory = PictureMemory(allowed: allowed)
    var sizes: [VideoSize] = []
    var failure: MediaError?
    do throws(MediaError) {
      let source = try MediaFileSource(url: MediaLocation(path), decoderThreads: 2, memory: memory)
      loop: while true {
        switch try source.step() {
        case .frame(let frame): sizes.append(frame.frame.size)
        case .working, .waiting, .notSought: continue
        case .end: break loop
        }
      }
    } catch {
      failure = error
    }
    return (sizes, failure, memory.current)
  }

  @Test func `a film that takes more than there is for it is refused before it is decoded, with both numbers`() throws {
    let (sizes, error, _) = try play(Self.large, allowed: 20 << 20)
    #expect(sizes.isEmpty)
    guard case .tooLarge("2048x1024", let needed, 20_971_520) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed > 20 << 20)
    #expect(error?.description.contains("2048x1024 pixels take \(needed >> 20) MB to decode") == true)
  }

  @Test func `one that takes less is played, and gives back what it took`() throws {
    let (sizes, error, left) = try play(Self.large, allowed: 200 << 20)
    #expect(sizes.count == 20 && error == nil)
    #expect(left == 0)
  }

  @Test func `where threads would take too much, fewer decode`() throws {
    let found = try Self.video(Self.large)
    let video = try #require(found)
    let one = video.decodingBytes(threads: 1, held: 5)
    #expect(video.decodingBytes(threads: 2, held: 5) > one)
    #expect(try play(Self.large, allowed: one).sizes.count == 20)
    #expect(try play(Self.large, allowed: one - 1).sizes.isEmpty)
  }

  private static func video(_ path: String) throws -> VideoStream? { try Demuxer(url: MediaLocation(path)).video }

  @Test func `pictures that become larger on the way count too`() throws {
    let both = TestClips.folder + "/memory-grows.ts"
    var data = try Data(contentsOf: URL(fileURLWithPath: Self.small))
    data.append(try Data(contentsOf: URL(fileURLWithPath: Self.largeStream)))
    try data.write(to: URL(fileURLWithPath: both))
    let (all, none, _) = try play(both, allowed: 200 << 20)
    #expect(all.last == VideoSize(width: 2048, height: 1024) && none == nil)
    let (sizes, error, left) = try play(both, allowed: 9 << 20)
    #expect(sizes.first == VideoSize(width: 128, height: 64))
    #expect(sizes.filter { $0.width == 2048 }.count < 3)
    guard case .tooLarge("2048x1024", _, 9_437_184) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(left == 0)
  }

  @Test func `the player names it and plays the next`() throws {
    let harness = PlayerHarness([Self.large, TestClips.loop], readsNumbers: true) {
      item, interruption throws(MediaError) in
      try MediaFileSource(
        url: MediaLocation(item.url.text.replacingOccurrences(of: "script://", with: "")), decoderThreads: 1,
        memory: PictureMemory(allowed: 20 << 20), interruption: interruption)
    }
    harness.clock.run(to: 0.5)
    #expect(harness.player.state.skipped.first?.reason.contains("MB to decode") == true)
    #expect(harness.recorder.numbers.prefix(5) == [0, 1, 2, 3, 4])
  }

  @Test func `the least limit of a control group or one above it holds, of both kinds`() {
    let files = [
      "/sys/fs/cgroup/memory.max": "max\n", "/sys/fs/cgroup/system.slice/memory.max": "4000000000\n",
      "/sys/fs/cgroup/system.slice/cupola.service/memory.max": "3221225472\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000\n", "/sys/fs/cgroup/other/memory.max": "nonsense",
    ]
    func limit(_ text: String) -> Int64? { MemoryBudget.groups(of: text) { files[$0] } }
    #expect(limit("0::/system.slice/cupola.service\n") == 3_221_225_472)
    #expect(limit("0::/system.slice/other.service\n") == 4_000_000_000)
    #expect(limit("0::/\n") == nil)
    #expect(limit("5:cpu:/a\n4:memory:/a/b\n0::/\n") == 1000)
    #expect(limit("4:cpu,memory:/x\n") == 9_223_372_036_854_771_712)
    #expect(limit("0::/../../system.slice\n") == 4_000_000_000)
    for text in ["", "::", "0:", "memory", "0::/other", "0::" + String(repeating: "/..", count: 5000)] {
      #expect(limit(text) == nil, "\(text.prefix(20))")
    }
    #expect(MemoryBudget.films(of: 3 << 30) == 3 << 30 - 384 << 20)
    #expect(MemoryBudget.films(of: 100 << 20) == 50 << 20)
  }
}
