import FFmpeg
import Glibc
import Media
import Synchronization
import Testing

@Suite struct ValuesTests {
  @Test func `changes ticks to time and back`() throws {
    let base = try #require(Rational(1, 90_000))
    #expect(base.time(of: 3003) == MediaTime(nanoseconds: 33_366_667))
    #expect(base.time(of: -3003) == MediaTime(nanoseconds: -33_366_667))
    #expect(base.ticks(of: MediaTime(nanoseconds: 33_366_667)) == 3003)
    #expect(base.ticks(of: .zero) == 0)
  }

  @Test func `saturates times that no clock can hold`() throws {
    let base = try #require(Rational(.max, 1))
    #expect(base.time(of: .max) == MediaTime(nanoseconds: .max))
    #expect(base.time(of: .min) == MediaTime(nanoseconds: .min))
    #expect(try #require(Rational(1, .max)).ticks(of: MediaTime(nanoseconds: .max)) == .max)
  }

  @Test func `makes no fraction of numbers that are none`() {
    #expect(Rational(1, 0) == nil)
    #expect(Rational(0, 1) == nil)
    #expect(Rational(-1, 25) == nil)
  }

  @Test func `speaks of libav's errors in libav's words`() {
    let error = LibAVError(code: -2, operation: "open")
    #expect(error.description == "cannot open: No such file or directory")
    #expect(MediaError.damaged(error).description == "it is damaged: cannot open: No such file or directory")
  }

  @Test func `hands libav's log on while asked, without the secrets of URLs, and is silent otherwise`() throws {
    let path = try TemporaryFolder.shared.write(Array("no video, only words\n".utf8), to: "log.mp4")
    let lines = Mutex<[String]>([])
    // Other tests log on other threads meanwhile.
    let thread = pthread_self()
    AVLog.send(upTo: .verbose) { level, line in
      if pthread_equal(pthread_self(), thread) != 0 { lines.withLock { $0.append(line) } }
    }
    _ = try? Demuxer(url: path)
    for url in ["http://user:s3cret@127.0.0.1:1/x.mp4?token=s3cret", "tcp://s3cret@127.0.0.1:1?listen_timeout=7"] {
      #expect(throws: MediaError.self) { _ = try Demuxer(url: url) }
    }
    AVLog.silence()
    let text = lines.withLock { $0.joined(separator: "\n") }
    #expect(text.contains("127.0.0.1") && !text.contains("s3cret"), "\(text)")
    let count = lines.withLock { $0.count }
    #expect(lines.withLock { $0.allSatisfy { !$0.isEmpty && !$0.hasSuffix("\n") } })
    #expect(count > 0)
    _ = try? Demuxer(url: path)
    #expect(lines.withLock { $0.count } == count)
  }
}
