import CDatagram
import SansIO

/// Room for the datagrams that one `UDPSocket.receive` takes; used again and again.
public struct DatagramBatch: ~Copyable {
  /// The longest datagram that is received.
  public static let maximumDatagram = 2048
  /// The most datagrams of one batch.
  public static let capacity = Int(CDATAGRAM_BATCH)

  /// How many datagrams there are.
  public private(set) var count = 0
  private var port: UInt16 = 0
  private let buffer: UnsafeMutableRawPointer
  private let arrivals: UnsafeMutablePointer<cdatagram_arrival>

  public init() {
    buffer = .allocate(byteCount: Self.capacity * Self.maximumDatagram, alignment: 64)
    arrivals = .allocate(capacity: Self.capacity)
  }

  deinit {
    buffer.deallocate()
    arrivals.deallocate()
  }

  /// Replaces the contents by what waits in the socket; gives a count or the negated `errno`.
  mutating func fill(from descriptor: Int32, port: UInt16) -> Int32 {
    let result = cdatagram_receive(descriptor, buffer, Self.maximumDatagram, UInt32(Self.capacity), arrivals)
    count = max(Int(result), 0)
    self.port = port
    return result
  }

  /// Whether datagram `index` was longer than there was room for: its payload is only the beginning.
  public func isTruncated(at index: Int) -> Bool { arrivals[checked(index)].is_truncated }

  /// The contents of datagram `index`.
  @_lifetime(borrow self)
  public func payload(at index: Int) -> RawSpan {
    let length = Int(arrivals[checked(index)].length)
    let span = RawSpan(_unsafeStart: buffer + index * Self.maximumDatagram, byteCount: length)
    return _overrideLifetime(span, borrowing: self)
  }

  /// The path that datagram `index` came on.
  public func path(at index: Int) -> NetworkPath {
    let arrival = arrivals[checked(index)]
    var local = TransportAddress(arrival.to)
    local.port = port
    return NetworkPath(local: local, remote: TransportAddress(arrival.from))
  }

  private func checked(_ index: Int) -> Int {
    precondition(index >= 0 && index < count)
    return index
  }
}
