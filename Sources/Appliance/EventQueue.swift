import Synchronization

/// What the threads of media and network have told the appliance and it has not yet seen.
///
/// Bounded: events of the network come a few for each viewer, whose number is limited, and none is lost, or viewers
/// would stay who have gone. Of all others the oldest are dropped and counted; the state that they tell of is read
/// afresh each second anyway.
package final class EventQueue: Sendable {
  package static let maximumOthers = 1024

  private struct Contents {
    var events: [Appliance.Event] = []
    var others = 0
    var dropped: UInt64 = 0
  }

  /// One element whenever there is something to take.
  package let arrivals: AsyncStream<Void>
  private let arrival: AsyncStream<Void>.Continuation
  private let contents = Mutex(Contents())

  package init() {
    (arrivals, arrival) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// How many events were dropped.
  package var dropped: UInt64 { contents.withLock { $0.dropped } }

  package func append(_ event: Appliance.Event) {
    contents.withLock { contents in
      if !event.isOfNetwork {
        if contents.others == Self.maximumOthers, let oldest = contents.events.firstIndex(where: { !$0.isOfNetwork }) {
          contents.events.remove(at: oldest)
          contents.others -= 1
          contents.dropped += 1
        }
        contents.others += 1
      }
      contents.events.append(event)
    }
    arrival.yield()
  }

  /// All that has come, in order.
  package func take() -> [Appliance.Event] {
    contents.withLock { contents in
      defer { (contents.events, contents.others) = ([], 0) }
      return contents.events
    }
  }
}

extension Appliance.Event {
  var isOfNetwork: Bool { if case .network = self { true } else { false } }
}
