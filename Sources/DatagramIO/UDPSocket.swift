import CDatagram
import Glibc
import SansIO

/// A non-blocking UDP socket that knows at which local address each datagram arrived, and sends bursts in few calls.
///
/// An IPv4 destination that an IPv6 socket serves is written as IPv4 everywhere.
public struct UDPSocket: ~Copyable {
  /// How bursts are handed to the kernel.
  public enum Sending: Sendable {
    /// One `sendmsg` with UDP_SEGMENT for each run of equal datagrams: the kernel cuts it.
    case segmented
    /// One `sendmmsg` for each run.
    case separate
  }

  public struct Counters: Equatable, Sendable {
    public var received: UInt64 = 0
    public var sent: UInt64 = 0
    /// Bursts of which the rest was dropped since the socket's buffer was full.
    public var wouldBlock: UInt64 = 0
    /// Bursts of which the rest was dropped for another error.
    public var sendFailures: UInt64 = 0
    /// Runs that the kernel would not cut, sent separately.
    public var segmentationRefusals: UInt64 = 0

    public init() {}
  }

  /// What has become of a burst.
  public enum SendResult: Equatable, Sendable {
    case sent
    /// The socket's buffer is full: only the first `count` datagrams went.
    case wouldBlock(sent: Int)
    /// Only the first `count` datagrams went; `code` is the `errno` of the next.
    case failed(sent: Int, code: Int32)
  }

  /// A few key frames for a hundred viewers, a tenth of a second of everything else.
  private static let bufferBytes: Int32 = 4 << 20

  package let descriptor: Int32
  /// Where the socket is bound: with the real port when 0 was asked for. `[::]` when it serves both families.
  public let localAddress: TransportAddress
  public private(set) var sending: Sending
  public private(set) var counters = Counters()
  private let isV6: Bool

  /// Opens a socket. An unspecified address of either family serves both, or IPv4 only where the kernel has no IPv6.
  ///
  /// - Parameter sending: `.segmented` becomes `.separate` when the kernel does not know UDP_SEGMENT.
  public init(bind address: TransportAddress, sending: Sending = .segmented) throws(UDPSocketError) {
    let both = address.ip.isUnspecified
    var wanted = address.cAddress
    var opened = cdatagram_open(&wanted, both, Self.bufferBytes)
    if both, opened == -EAFNOSUPPORT || opened == -EADDRNOTAVAIL {
      wanted = TransportAddress(.anyV4, port: address.port).cAddress
      opened = cdatagram_open(&wanted, false, Self.bufferBytes)
    }
    guard opened >= 0 else { throw UDPSocketError(code: -opened, address: address) }
    var bound = cdatagram_address()
    let result = cdatagram_local_address(opened, &bound)
    guard result == 0 else {
      close(opened)
      throw UDPSocketError(code: -result, address: address)
    }
    descriptor = opened
    localAddress = TransportAddress(bound)
    isV6 = bound.is_v6
    self.sending = sending == .segmented && cdatagram_has_segmentation(opened) ? .segmented : .separate
  }

  deinit { close(descriptor) }

  /// Takes the datagrams that have arrived, at most `DatagramBatch.capacity`; fewer mean that no more are waiting.
  public mutating func receive(into batch: inout DatagramBatch) {
    // Errors here concern a datagram that was sent before, if anything; the next call goes on.
    _ = batch.fill(from: descriptor, port: localAddress.port)
    counters.received &+= UInt64(batch.count)
  }

  /// Sends the burst on `path`, and never waits: what the kernel does not take is dropped.
  public mutating func send(_ burst: borrowing DatagramBurst, on path: NetworkPath) -> SendResult {
    var (from, to) = (path.local.cAddress, path.remote.cAddress)
    // An IPv4 socket has no way to an IPv6 address.
    guard isV6 || !to.is_v6 else {
      counters.sendFailures &+= 1
      return .failed(sent: 0, code: EAFNOSUPPORT)
    }
    var sent = 0
    while sent < burst.count {
      let run = burst.run(from: sent)
      let bytes = burst.range(at: run.lowerBound).lowerBound..<burst.range(at: run.upperBound - 1).upperBound
      let segment = UInt16(truncatingIfNeeded: burst.range(at: run.lowerBound).count)
      let result = burst.withUnsafeBytes {
        send(run: UnsafeRawBufferPointer(rebasing: $0[bytes]), segment: segment, count: run.count, from: &from, to: &to)
      }
      sent += result.sent
      counters.sent &+= UInt64(result.sent)
      switch result.code {
      case 0: continue
      case EAGAIN, ENOBUFS:
        counters.wouldBlock &+= 1
        return .wouldBlock(sent: sent)
      default:
        counters.sendFailures &+= 1
        return .failed(sent: sent, code: result.code)
      }
    }
    return .sent
  }

  /// Sends one run; gives how many datagrams the kernel took and the error that stopped it, 0 for none.
  private mutating func send(
    run: UnsafeRawBufferPointer, segment: UInt16, count: Int, from: inout cdatagram_address, to: inout cdatagram_address
  ) -> (sent: Int, code: Int32) {
    if count == 1 || sending == .segmented {
      let result = cdatagram_send_segments(descriptor, isV6, &from, &to, run.baseAddress, run.count, segment)
      if result >= 0 { return (count, 0) }
      guard count > 1, isRefusal(of: -result) else { return (0, -result) }
    }
    var sent = 0
    while sent < count {
      let start = sent * Int(segment)
      let result = cdatagram_send_each(
        descriptor, isV6, &from, &to, run.baseAddress.map { $0 + start }, run.count - start, segment,
        UInt32(count - sent))
      guard result > 0 else { return (sent, result == 0 ? EAGAIN : -result) }
      sent += Int(result)
    }
    return (sent, 0)
  }

  /// Whether a run failed because it was to be cut. EIO: the interface cannot do checksums, which will not change.
  /// EINVAL and EMSGSIZE: a segment is longer than this route's MTU, which says nothing of other routes.
  package mutating func isRefusal(of code: Int32) -> Bool {
    switch code {
    case EIO, EOPNOTSUPP, ENOPROTOOPT:
      sending = .separate
    case EINVAL, EMSGSIZE:
      break
    default:
      return false
    }
    counters.segmentationRefusals &+= 1
    return true
  }
}
