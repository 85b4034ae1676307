/// Divides a limited number of places among sources, so that none can take them all.
///
/// While there is room everybody gets a place. When all are taken, the source that holds the most gives one up: first
/// one of those that have not proved to be of use (`pending`), then the one that was quiet for longest. What is
/// established gives way only to a source that holds at least two fewer, so that equals do not push each other out.
/// Privileged members (this machine itself, operators) have places of their own beyond that, of which a pending one
/// gives way to another privileged one.
///
/// Pure and without a clock: `touch` says who was active last. Every call takes a time that grows with the places at
/// most.
public struct FairShares<Member: Hashable & Sendable>: Sendable {
  public enum Verdict: Hashable, Sendable {
    case admitted
    /// Admitted in the place of another one, which is to be ended; it is forgotten here.
    case replaces(Member)
    case refused
  }

  private struct Entry {
    var source: Source
    var isEstablished = false
    var isPrivileged: Bool
    var lastActive: UInt64
  }

  public let places: Int
  public let reserved: Int
  private var entries: [Member: Entry] = [:]
  private var held: [Source: Int] = [:]
  private var privileged = 0
  private var turn: UInt64 = 0

  /// - Parameters:
  ///   - places: how many members there may be that are not privileged.
  ///   - reserved: how many privileged ones there may be besides; one more counts as any other.
  public init(places: Int, reserved: Int = 0) {
    self.places = max(0, places)
    self.reserved = max(0, reserved)
  }

  public var count: Int { entries.count }

  /// How many members of `source` hold places that are not reserved.
  public func count(of source: Source) -> Int { held[source] ?? 0 }

  public func contains(_ member: Member) -> Bool { entries[member] != nil }

  /// Asks for a place for `member`, which is pending from then on. One that has a place keeps it.
  public mutating func admit(_ member: Member, from source: Source, isPrivileged: Bool = false) -> Verdict {
    guard entries[member] == nil else { return .admitted }
    if isPrivileged, privileged < reserved {
      insert(member, from: source, isPrivileged: true)
      return .admitted
    }
    guard entries.count - privileged >= places else {
      insert(member, from: source, isPrivileged: false)
      return .admitted
    }
    if let victim = victim(for: source) {
      remove(victim)
      insert(member, from: source, isPrivileged: false)
      return .replaces(victim)
    }
    guard isPrivileged, let victim = quietest(where: { $0.isPrivileged && !$0.isEstablished }) else { return .refused }
    remove(victim)
    insert(member, from: source, isPrivileged: true)
    return .replaces(victim)
  }

  /// Moves the member to a reserved place, where it gives way to nobody once it is established. False: all of those are
  /// taken, and it keeps the place that it has.
  @discardableResult
  public mutating func privilege(_ member: Member) -> Bool {
    guard let entry = entries[member] else { return false }
    if entry.isPrivileged { return true }
    guard privileged < reserved else { return false }
    remove(member)
    privileged += 1
    entries[member] = Entry(
      source: entry.source, isEstablished: entry.isEstablished, isPrivileged: true, lastActive: entry.lastActive)
    return true
  }

  /// The member has proved to be of use: a viewer that connected, a connection whose request is being answered.
  public mutating func establish(_ member: Member, _ isEstablished: Bool = true) {
    entries[member]?.isEstablished = isEstablished
    touch(member)
  }

  /// The member did something just now.
  public mutating func touch(_ member: Member) {
    turn += 1
    entries[member]?.lastActive = turn
  }

  public mutating func remove(_ member: Member) {
    guard let entry = entries.removeValue(forKey: member) else { return }
    if entry.isPrivileged {
      privileged -= 1
    } else if let count = held[entry.source] {
      held[entry.source] = count > 1 ? count - 1 : nil
    }
  }

  private mutating func insert(_ member: Member, from source: Source, isPrivileged: Bool) {
    turn += 1
    entries[member] = Entry(source: source, isPrivileged: isPrivileged, lastActive: turn)
    if isPrivileged { privileged += 1 } else { held[source, default: 0] += 1 }
  }

  /// Who gives way to a newcomer from `source`; nil: nobody.
  private func victim(for source: Source) -> Member? {
    let own = count(of: source)
    let most = held.values.max() ?? 0
    // Among sources that hold equally many, the one whose quietest member was quiet for longest.
    if most >= own + 2,
      let quietest = quietest(where: { !$0.isPrivileged && count(of: $0.source) == most })
    {
      return quietest
    }
    return quietest { !$0.isPrivileged && !$0.isEstablished && $0.source == source }
      ?? quietest { !$0.isPrivileged && !$0.isEstablished && count(of: $0.source) > own }
  }

  /// A pending one before an established one, then the one that was active the longest time ago.
  private func quietest(where isEligible: (Entry) -> Bool) -> Member? {
    var quietest: (member: Member, entry: Entry)?
    for (member, entry) in entries where isEligible(entry) {
      guard let (_, other) = quietest else {
        quietest = (member, entry)
        continue
      }
      let isQuieter =
        entry.isEstablished == other.isEstablished
        ? entry.lastActive < other.lastActive : other.isEstablished
      if isQuieter { quietest = (member, entry) }
    }
    return quietest?.member
  }
}
