import SansIO

/// One direction of a bad network, as a value: the same seed loses, repeats, delays and damages the same datagrams.
///
/// It keeps virtual time, so a test lets minutes pass in milliseconds.
public struct LossyLink: Sendable {
  /// What happens to datagrams; the shares are probabilities, 0…1.
  public struct Conditions: Sendable {
    public var loss = 0.0
    public var duplication = 0.0
    public var corruption = 0.0
    /// The share that is held back by `reorderingDelay`, so that later ones overtake it.
    public var reordering = 0.0
    public var reorderingDelay: Duration = .milliseconds(8)
    public var delay: Duration = .milliseconds(5)
    /// Added to `delay`, evenly distributed from zero.
    public var jitter: Duration = .zero

    public init(loss: Double = 0, duplication: Double = 0, corruption: Double = 0, reordering: Double = 0) {
      self.loss = loss
      self.duplication = duplication
      self.corruption = corruption
      self.reordering = reordering
    }
  }

  public struct Statistics: Equatable, Sendable {
    public var sent = 0
    public var lost = 0
    public var duplicated = 0
    public var corrupted = 0
    public var reordered = 0
  }

  public var conditions: Conditions
  public private(set) var statistics = Statistics()
  private var generator: SeededGenerator
  /// On the way, the next to arrive first.
  private var queue: [(due: Instant, datagram: Transmit)] = []

  public init(_ conditions: Conditions = Conditions(), seed: UInt64) {
    self.conditions = conditions
    generator = SeededGenerator(seed: seed)
  }

  /// When the next datagram arrives; nil when none is on the way.
  public var deadline: Instant? { queue.first?.due }

  public mutating func send(_ datagram: Transmit, at now: Instant) {
    statistics.sent += 1
    if happens(conditions.loss) {
      statistics.lost += 1
      return
    }
    var copies = 1
    if happens(conditions.duplication) {
      copies = 2
      statistics.duplicated += 1
    }
    for _ in 0..<copies {
      var datagram = datagram
      if happens(conditions.corruption), !datagram.payload.isEmpty {
        statistics.corrupted += 1
        let index = Int.random(in: 0..<datagram.payload.count, using: &generator)
        datagram.payload[index] ^= UInt8.random(in: 1...255, using: &generator)
      }
      var due = now + conditions.delay
      let jitter = conditions.jitter.wholeNanoseconds
      if jitter > 0 { due = due + .nanoseconds(Int64.random(in: 0..<jitter, using: &generator)) }
      if happens(conditions.reordering) {
        statistics.reordered += 1
        due = due + conditions.reorderingDelay
      }
      let index = queue.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
      queue.insert((due, datagram), at: index)
    }
  }

  /// The next datagram that has arrived by `now`.
  public mutating func receive(at now: Instant) -> Transmit? {
    guard let first = queue.first, first.due <= now else { return nil }
    return queue.removeFirst().datagram
  }

  private mutating func happens(_ probability: Double) -> Bool {
    probability > 0 && Double.random(in: 0..<1, using: &generator) < probability
  }
}
