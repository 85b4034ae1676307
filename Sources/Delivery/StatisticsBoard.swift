import SansIO
import Synchronization

/// Where the thread leaves what it has done, for whoever wants to know: nobody asks the thread.
final class StatisticsBoard: Sendable {
  private struct Contents {
    var latest: EngineStatistics? = EngineStatistics()
    /// The deepest that the mailbox was since somebody looked.
    var depth = 0
  }

  private let contents = Mutex(Contents())

  /// nil once the thread has ended.
  func read() -> EngineStatistics? {
    contents.withLock { contents in
      var latest = contents.latest
      latest?.mailboxDepth = contents.depth
      contents.depth = 0
      return latest
    }
  }

  /// nil: the thread has ended.
  func publish(_ statistics: EngineStatistics?) {
    contents.withLock { contents in
      contents.depth = max(contents.depth, statistics?.mailboxDepth ?? 0)
      contents.latest = statistics
    }
  }

  /// What is new of one connection: it is there, or it has connected.
  func note(_ connection: EngineStatistics.Connection) {
    contents.withLock { contents in
      if let index = contents.latest?.connections.firstIndex(where: { $0.id == connection.id }) {
        contents.latest?.connections[index] = connection
      } else {
        contents.latest?.connections.append(connection)
      }
    }
  }

  /// The connection is over.
  func remove(_ id: ConnectionID) {
    contents.withLock { $0.latest?.connections.removeAll { $0.id == id } }
  }
}

/// What the loop counts, and when it says so: a few times a second while it does something, and never for being asked.
struct EngineCounters {
  static let interval = Duration.milliseconds(250)

  var framesDropped: UInt64 = 0
  var framesTaken: UInt64 = 0
  var mailboxDepth = 0
  var busyTime: Int64 = 0
  var strayDatagrams: UInt64 = 0
  /// Of connections that are over.
  var formerDrops = DropTally()
  /// When to publish next; nil while everything has been.
  private(set) var publication: Instant?
  private var lastPublication: Instant?

  /// Something was counted.
  mutating func noteWork(at now: Instant) {
    if publication == nil { publication = lastPublication.map { max(now, $0 + Self.interval) } ?? now }
  }

  func isDue(at now: Instant) -> Bool { publication.map { now >= $0 } ?? false }

  mutating func notePublication(at now: Instant) {
    (publication, lastPublication) = (nil, now)
    mailboxDepth = 0
  }
}
