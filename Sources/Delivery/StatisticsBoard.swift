import SansIO
import Synchronization

/// Where the thread leaves what it has done, for whoever wants to know: nobody asks the thread.
final class StatisticsBoard: Sendable {
  private struct Contents {
    var latest: DeliveryStatistics? = DeliveryStatistics()
    /// The deepest that the mailbox was since somebody looked.
    var depth = 0
  }

  private let contents = Mutex(Contents())

  /// nil once the thread has ended.
  func read() -> DeliveryStatistics? {
    contents.withLock { contents in
      var latest = contents.latest
      latest?.mailboxDepth = contents.depth
      contents.depth = 0
      return latest
    }
  }

  /// nil: the thread has ended.
  func publish(_ statistics: DeliveryStatistics?) {
    contents.withLock { contents in
      contents.depth = max(contents.depth, statistics?.mailboxDepth ?? 0)
      contents.latest = statistics
    }
  }

  /// What is new of one connection: it is there, or it has connected.
  func note(_ connection: DeliveryStatistics.Connection) {
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
