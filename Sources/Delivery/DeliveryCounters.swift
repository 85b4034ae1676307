import SansIO

/// What the loop counts, and when it says so: a few times a second while it does something, and never for being asked.
struct DeliveryCounters {
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
