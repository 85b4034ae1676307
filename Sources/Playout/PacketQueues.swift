/// How much is read ahead of decoders, and how much while a track has nothing, in bytes.
package struct PacketLimits: Hashable, Sendable {
  package var ahead: Int
  package var starving: Int

  package init(ahead: Int, starving: Int) {
    self.ahead = ahead
    self.starving = max(starving, ahead)
  }
}

/// What has been read of an item ahead of its decoders: a queue for each track, bounded in bytes over all of them.
///
/// Reading stops when enough is there, and goes on when half of it is used up. A file may hold its tracks far apart:
/// while one of them has nothing, it is read on, up to a second bound.
///
/// A value that knows no file and no thread.
package struct PacketQueues<Element> {
  private struct Queue {
    var elements: [(element: Element?, bytes: Int)] = []
    /// Those before this have been taken.
    var first = 0

    var isEmpty: Bool { first == elements.count }
  }

  /// What an element takes beside its bytes, so that many empty ones are not for nothing.
  private static var overhead: Int { 256 }

  private let limits: PacketLimits
  private var queues: [Queue]
  /// Whether reading has not been stopped since there was too little.
  private var isFilling = true
  package private(set) var bytes = 0

  package init(tracks: Int, limits: PacketLimits) {
    self.limits = limits
    queues = Array(repeating: Queue(), count: tracks)
  }

  package mutating func append(_ element: Element, bytes: Int, to track: Int) {
    let bytes = bytes + Self.overhead
    queues[track].elements.append((element, bytes))
    self.bytes += bytes
  }

  /// The next element of a track; nil while there is none.
  package mutating func take(from track: Int) -> Element? {
    guard !queues[track].isEmpty else { return nil }
    let first = queues[track].first
    self.bytes -= queues[track].elements[first].bytes
    let element = queues[track].elements[first].element.take()
    queues[track].first += 1
    // What was taken is let go of at once, and its place when it is half of all.
    if queues[track].first * 2 >= queues[track].elements.count {
      queues[track].elements.removeFirst(queues[track].first)
      queues[track].first = 0
    }
    return element
  }

  package mutating func removeAll() {
    for track in queues.indices { queues[track] = Queue() }
    bytes = 0
    isFilling = true
  }

  /// Whether more is to be read now.
  package mutating func wantsMore() -> Bool {
    if bytes >= limits.ahead { isFilling = false }
    if bytes <= limits.ahead / 2 { isFilling = true }
    return isFilling || (bytes < limits.starving && queues.contains(where: \.isEmpty)) || bytes == 0
  }

  /// Whether nothing more comes for a track that has nothing: as much as may be is held for the others.
  package func isStarved(_ track: Int) -> Bool { queues[track].isEmpty && bytes >= limits.starving }
}
