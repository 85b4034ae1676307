/// Datagrams for one destination, end to end in one buffer, so that the kernel can take many in one call.
///
/// The buffer is allocated once and used again and again. A writer reserves room for the longest that the next datagram
/// can become, fills it in place (header, payload, encryption) and commits the length it came to; the next one
/// follows without a gap. What does not fit is refused, never grown for.
@safe public struct DatagramBurst: ~Copyable {
  /// The most segments that every kernel with UDP_SEGMENT takes in one call (`UDP_MAX_SEGMENTS` before Linux 6.9).
  public static let maximumRunCount = 64
  /// The most bytes of one call: what the length field of an IPv4 packet leaves after the longest IPv6 and UDP headers.
  public static let maximumRunBytes = 65_535 - 40 - 8

  private let base: UnsafeMutableRawPointer
  /// Where each datagram ends, in bytes from `base`.
  private let ends: UnsafeMutablePointer<Int>
  private let byteCapacity: Int
  private let capacity: Int
  private var reserved = 0

  /// How many datagrams there are.
  public private(set) var count = 0
  /// The length of all of them together.
  public private(set) var byteCount = 0

  /// Makes room for `capacity` datagrams of `byteCapacity` bytes together.
  public init(byteCapacity: Int = 1 << 20, capacity: Int = 1024) {
    precondition(byteCapacity > 0 && capacity > 0)
    self.byteCapacity = byteCapacity
    self.capacity = capacity
    unsafe base = .allocate(byteCount: byteCapacity, alignment: 64)
    unsafe ends = .allocate(capacity: capacity)
  }

  deinit {
    unsafe base.deallocate()
    unsafe ends.deallocate()
  }

  public var isEmpty: Bool { count == 0 }

  /// Whether `count` more datagrams of `byteCount` bytes together fit.
  public func hasRoom(forCount count: Int, byteCount: Int) -> Bool {
    count <= capacity - self.count && byteCount <= byteCapacity - self.byteCount
  }

  /// Room for the next datagram, at most `length` bytes long; nil when there is none. Valid until the next mutation.
  @unsafe public mutating func reserve(_ length: Int) -> UnsafeMutableRawBufferPointer? {
    guard length > 0, hasRoom(forCount: 1, byteCount: length) else { return nil }
    reserved = length
    return unsafe UnsafeMutableRawBufferPointer(start: base + byteCount, count: length)
  }

  /// Makes the first `length` bytes of what was reserved the next datagram.
  public mutating func commit(_ length: Int) {
    precondition(length > 0 && length <= reserved, "only what was reserved can be committed")
    reserved = 0
    byteCount += length
    unsafe ends[count] = byteCount
    count += 1
  }

  /// Appends a copy of `bytes`; false when it does not fit.
  public mutating func append(_ bytes: [UInt8]) -> Bool {
    guard let slot = unsafe reserve(bytes.count) else { return false }
    unsafe slot.copyBytes(from: bytes)
    commit(bytes.count)
    return true
  }

  /// Takes back all but the first `count` datagrams.
  public mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
    byteCount = count == 0 ? 0 : unsafe ends[count - 1]
    reserved = 0
  }

  public mutating func removeAll() { truncate(to: 0) }

  /// Where datagram `index` lies in the buffer, in bytes.
  public func range(at index: Int) -> Range<Int> {
    precondition(index >= 0 && index < count)
    return (index == 0 ? 0 : unsafe ends[index - 1])..<(unsafe ends[index])
  }

  /// The datagram at `index`.
  @_lifetime(borrow self)
  public func bytes(at index: Int) -> RawSpan {
    let range = range(at: index)
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base) + range.lowerBound, byteCount: range.count)
    return unsafe _overrideLifetime(span, borrowing: self)
  }

  /// The datagrams from `start` that one UDP_SEGMENT call can send: all as long as the first, only the last may be
  /// shorter.
  public func run(from start: Int) -> Range<Int> {
    let segment = range(at: start).count
    var end = start + 1
    var total = segment
    while end < count, end - start < Self.maximumRunCount {
      let length = range(at: end).count
      guard length <= segment, total + length <= Self.maximumRunBytes else { break }
      total += length
      end += 1
      if length < segment { break }
    }
    return start..<end
  }

  /// The buffer with all datagrams, one after the other.
  @unsafe public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    unsafe try body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }
}
