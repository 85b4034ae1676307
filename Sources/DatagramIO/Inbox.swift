import CDatagram
import Glibc
import Heartbeats
import RTP
import SansIO
import SDP
import Synchronization

/// What a driver is asked to do, and may refuse when it is behind.
enum EngineCommand: Sendable {
  case accept(
    offer: String, id: ConnectionID, stream: @Sendable (VideoCodecName) -> StreamID,
    CheckedContinuation<Result<String, EngineError>, Never>)
  case statistics(CheckedContinuation<EngineStatistics?, Never>)
}

/// Where other threads leave frames and commands for a driver's thread; an eventfd wakes it.
final class Inbox: Sendable {
  /// Far more commands than sessions make; beyond it they are refused.
  static let maximumCommands = 4096

  struct Contents: Sendable {
    var frames = FrameMailbox()
    var commands: [EngineCommand] = []
    /// What these viewers are to see: the last word counts, so there are no more than viewers, and none is refused.
    var selections: [ConnectionID: StreamID] = [:]
    /// Who is to go; never refused either.
    var closings: Set<ConnectionID> = []
    var isStopped = false
  }

  /// Readable when there is something inside.
  let descriptor: Int32
  private let heartbeat: Heartbeat
  private let contents = Mutex(Contents())

  /// - Parameter heartbeat: the thread's, which has work as soon as something is inside.
  init(address: TransportAddress, heartbeat: Heartbeat) throws(UDPSocketError) {
    self.heartbeat = heartbeat
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .failed(address, code: errno) }
  }

  deinit { Glibc.close(descriptor) }

  func publish(_ frame: PacketizedFrame) {
    let wasEmpty = contents.withLock { contents in
      if contents.isStopped { return false }
      defer { contents.frames.append(frame) }
      return contents.frames.isEmpty
    }
    if wasEmpty { wake() }
  }

  /// False when the command is refused: after `stop()`, or when there are too many.
  func post(_ command: EngineCommand) -> Bool {
    let isTaken = contents.withLock { contents in
      guard !contents.isStopped, contents.commands.count < Self.maximumCommands else { return false }
      contents.commands.append(command)
      return true
    }
    if isTaken { wake() }
    return isTaken
  }

  func select(_ stream: StreamID, for id: ConnectionID) {
    change { $0.selections[id] = stream }
  }

  func close(_ id: ConnectionID) {
    change { $0.closings.insert(id) }
  }

  private func change(_ body: (inout Contents) -> Void) {
    contents.withLock { contents in
      if !contents.isStopped { body(&contents) }
    }
    wake()
  }

  func stop() {
    contents.withLock { $0.isStopped = true }
    wake()
  }

  /// What `drain` takes.
  struct Drained {
    /// In order, and all of them before any selection or closing.
    var commands: [EngineCommand]
    var selections: [ConnectionID: StreamID]
    var closings: Set<ConnectionID>
    /// The streams that lost frames.
    var lost: Set<StreamID>
    /// How many frames were dropped so far.
    var dropped: UInt64
    var isStopped: Bool
  }

  /// Takes everything; the frames are appended to `frames`, in order.
  func drain(into frames: inout [PacketizedFrame]) -> Drained {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    return contents.withLock { contents in
      let lost = contents.frames.drain(into: &frames)
      defer {
        contents.commands.removeAll()
        contents.selections.removeAll()
        contents.closings.removeAll()
      }
      return Drained(
        commands: contents.commands, selections: contents.selections, closings: contents.closings, lost: lost,
        dropped: contents.frames.droppedCount, isStopped: contents.isStopped)
    }
  }

  private func wake() {
    heartbeat.expectUnlessExpected(by: Poller.now().nanoseconds)
    var one: UInt64 = 1
    // The only failure is a counter that is full, which is readable already.
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }
}
