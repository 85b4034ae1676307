import Clocks
import FFmpeg
import Foundation
import LoopbackServers
import Media
import Playout
import SphericalVideo
import Testing
import Threads

@Suite struct PacketQueuesTests {
  private static let limits = PacketLimits(ahead: 10_000, starving: 100_000)

  @Test func `reading stops when enough is there and goes on when half of it is used up`() {
    var queues = PacketQueues<Int>(tracks: 1, limits: Self.limits)
    var read = 0
    func fill() {
      while queues.wantsMore() {
        queues.append(read, bytes: 744, to: 0)
        read += 1
      }
    }
    fill()
    #expect(read == 10)
    var taken: [Int] = []
    for _ in 0..<4 { taken += [queues.take(from: 0)].compactMap(\.self) }
    let wants1 = queues.wantsMore()
    #expect(!wants1)
    taken += [queues.take(from: 0)].compactMap(\.self)
    fill()
    #expect(read == 15)
    while let next = queues.take(from: 0) { taken.append(next) }
    #expect(taken == Array(0..<15))
    #expect(queues.bytes == 0)
  }

  @Test func `one packet larger than all that may be ahead is read, and no second`() {
    var queues = PacketQueues<Int>(tracks: 1, limits: Self.limits)
    queues.append(1, bytes: 50_000, to: 0)
    let wants2 = queues.wantsMore()
    #expect(!wants2)
    let taken5 = queues.take(from: 0)
    #expect(taken5 == 1)
    let wants3 = queues.wantsMore()
    #expect(wants3)
  }

  @Test func `a track that has nothing is read on for, as far as the second bound`() {
    var queues = PacketQueues<Int>(tracks: 2, limits: Self.limits)
    var count = 0
    while queues.wantsMore() {
      queues.append(count, bytes: 1000, to: 0)
      count += 1
    }
    #expect(queues.bytes >= Self.limits.starving && queues.bytes < Self.limits.starving + 2000)
    #expect(queues.isStarved(1))
    #expect(!queues.isStarved(0))
    // It has something at last: what is held for the other one is more than enough.
    queues.append(-1, bytes: 1000, to: 1)
    let wants4 = queues.wantsMore()
    #expect(!wants4)
    let taken6 = queues.take(from: 1)
    #expect(taken6 == -1)
  }

  @Test func `packets without bytes are bounded too`() {
    var queues = PacketQueues<Int>(tracks: 1, limits: Self.limits)
    var count = 0
    while queues.wantsMore() {
      queues.append(count, bytes: 0, to: 0)
      count += 1
    }
    #expect(count < 100)
    queues.removeAll()
    let none = queues.take(from: 0)
    #expect(queues.bytes == 0 && none == nil)
  }
}

/// What is read on a thread of its own.
@Suite struct PacketReaderTests {
  private func reader(_ url: String) throws -> PacketReader {
    try PacketReader(
      url: MediaLocation(url), access: MediaAccess(), memory: PictureMemory(), interruption: Interruption())
  }

  /// The stamps of what comes until the end; waits where there is nothing yet.
  private func stamps(_ reader: PacketReader, _ wakeup: Wakeup) throws -> [Int64?] {
    var stamps: [Int64?] = []
    while true {
      switch reader.next() {
      case .packet(let box): stamps.append(box.packet.pts)
      case .pending:
        wakeup.wait(until: MonotonicTime.now + 10_000_000_000)
        guard wakeup.consume() else { throw Failure(description: "nothing comes") }
      case .positioned, .damaged: continue
      case .end: return stamps
      case .failed(let error): throw error
      case .starved: throw Failure(description: "starved")
      }
    }
  }

  private struct Failure: Error, CustomStringConvertible { var description: String }

  @Test func `a thread of its own reads the same as who asks`() throws {
    let own = try reader(TestClips.loop)
    let wakeup = Wakeup()
    own.start(waking: wakeup)
    let read = try stamps(own, wakeup)
    #expect(read.count == TestClips.frameCount)
    #expect(try read == stamps(reader(TestClips.loop), wakeup))
  }

  @Test(arguments: [false, true])
  func `it goes to other places, also from the end`(hasThread: Bool) throws {
    let reader = try reader(TestClips.loop)
    let wakeup = Wakeup()
    if hasThread { reader.start(waking: wakeup) }
    let all = try stamps(reader, wakeup)
    reader.move(to: .keyFrame(before: MediaTime(seconds: 0.5)))
    // Frame 10 begins the group that 0.5 s lies in.
    #expect(try stamps(reader, wakeup) == Array(all.suffix(20)))
    reader.move(to: .start)
    #expect(try stamps(reader, wakeup) == all)
    let last = try #require(all.compactMap(\.self).max())
    reader.move(to: .picture(stamp: last))
    #expect(try stamps(reader, wakeup) == Array(all.suffix(10)))
    // Of two places the last one counts, and one outcome is told.
    reader.move(to: .start)
    reader.move(to: .keyFrame(before: MediaTime(seconds: 0.9)))
    #expect(try stamps(reader, wakeup) == Array(all.suffix(10)))
  }

  @Test func `a closed reader ends, and so does one that nobody waits for`() throws {
    let reader = try reader(TestClips.loop)
    reader.close()
    guard case .failed(.interrupted) = reader.next() else {
      Issue.record("it reads on")
      return
    }
  }

  /// A film of which a server gives the first part, and the number of pictures in that.
  private static let stalling = Result { () throws -> (file: [UInt8], part: Int, pictures: Int) in
    let clip = TestClips.folder + "/stalling.mp4"
    TestClips.run(["-stream_loop", "2", "-i", TestClips.loop, "-c", "copy", "-movflags", "faststart", clip])
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: clip)))
    let part = file.count * 2 / 3
    let cut = TestClips.folder + "/stalling-part.mp4"
    try Data(file.prefix(part)).write(to: URL(fileURLWithPath: cut))
    let source = try MediaFileSource(url: MediaLocation(cut), decoderThreads: 1)
    var pictures = 0
    while try source.nextFrame() != nil { pictures += 1 }
    return (file, part, pictures)
  }

  /// In the machine's time: what stalls is a real read.
  @Test func `a network that stalls in mid-packet holds up neither commands, nor another item, nor a preset`() throws {
    let (file, part, pictures) = try Self.stalling.get()
    let server = try StallingServer(file: file, part: part)
    let events = Monitor([PlayerEvent]())
    let player = Player(
      configuration: PlayerConfiguration(sources: [server.url, TestClips.loop].map { MediaLocation($0) }),
      events: { event in events.update { $0.append(event) } })
    let seen = Recorder(clock: MonotonicClock())
    player.attach(seen)
    let size = VideoSize(width: 320, height: 180)
    let view = PresetView(preset: CameraPreset.defaults[0], size: size, tables: RemapTableCache())
    let encoded = Monitor(0)
    let channel = PresetChannel(view: view, rendition: Rendition(size: size)) { _ in encoded.update { $0 += 1 } }
    player.attach(channel)
    channel.wake()
    player.start()
    defer {
      player.stop()
      channel.close()
    }
    func wait<Value>(_ monitor: Monitor<Value>, _ body: (inout Value) -> Bool) -> Bool {
      monitor.wait(until: MonotonicTime.now + 15_000_000_000) { body(&$0) ? true : nil } ?? false
    }
    // Everything that came has been decoded by now, and the reader is in the middle of a packet.
    #expect(seen.wait(for: pictures - 3), "\(seen.seen.count) of \(pictures)")
    let before = encoded.withLock { $0 }
    view.update(preset: CameraPreset.defaults[1])
    channel.refresh()
    #expect(wait(encoded) { $0 > before })
    let begin = MonotonicTime.now
    player.pause()
    #expect(wait(events) { $0.contains(.paused) })
    player.play()
    #expect(wait(events) { $0.contains(.resumed) })
    player.next()
    #expect(wait(events) { $0.contains { if case .started(_, index: 1) = $0 { true } else { false } } })
    // The read that stalls would have held the player up for four seconds, its limit.
    #expect(MonotonicTime.now - begin < 3_500_000_000)
  }
}
