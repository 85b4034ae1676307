import DatagramIO
import Glibc
import SansIO
import Testing

/// What this machine's kernel has.
enum Kernel {
  static let hasIPv6 = (try? UDPSocket(bind: TransportAddress(.v6(high: 0, low: 1), port: 0))) != nil
  static let hasSegmentation =
    (try? UDPSocket(bind: TransportAddress(.loopbackV4, port: 0)))?.sending == .segmented
  static let loopbacks = hasIPv6 ? [IPAddress.loopbackV4, .v6(high: 0, low: 1)] : [.loopbackV4]
}

/// Sockets on the loopback interface of this machine.
@Suite(.serialized) struct UDPSocketTests {
  /// Waits until datagrams have arrived, five seconds at most, and gives their contents.
  static func receive(_ count: Int, on socket: inout UDPSocket) -> [(
    bytes: [UInt8], from: TransportAddress, to: TransportAddress
  )] {
    var received: [(bytes: [UInt8], from: TransportAddress, to: TransportAddress)] = []
    var batch = DatagramBatch()
    while received.count < count {
      var descriptor = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, 5000) == 1 else { break }
      socket.receive(into: &batch)
      for index in 0..<batch.count {
        let bytes = batch.payload(at: index).withUnsafeBytes { [UInt8]($0) }
        received.append((bytes, batch.path(at: index).remote, batch.path(at: index).local))
      }
    }
    return received
  }

  static func burst(_ lengths: [Int]) -> DatagramBurst {
    var burst = DatagramBurst()
    for (index, length) in lengths.enumerated() {
      _ = burst.append([UInt8](repeating: UInt8(index & 255), count: length))
    }
    return burst
  }

  static func send(
    _ lengths: [Int], on socket: inout UDPSocket, from: IPAddress, to: TransportAddress
  ) -> UDPSocket.SendResult {
    socket.send(
      burst(lengths), on: NetworkPath(local: TransportAddress(from, port: socket.localAddress.port), remote: to))
  }

  @Test(arguments: [UDPSocket.Sending.segmented, .separate], Kernel.loopbacks)
  func `a burst arrives datagram by datagram, from where it was sent`(sending: UDPSocket.Sending, ip: IPAddress) throws
  {
    var receiver = try UDPSocket(bind: TransportAddress(ip, port: 0))
    var sender = try UDPSocket(bind: TransportAddress(.anyV4, port: 0), sending: sending)
    let lengths = [30] + Array(repeating: 1200, count: 70) + [700, 1200, 1100, 1, 1]
    let result = Self.send(lengths, on: &sender, from: ip, to: receiver.localAddress)
    #expect(result == .sent)
    let received = Self.receive(lengths.count, on: &receiver)
    #expect(received.map(\.bytes.count) == lengths)
    #expect(received.enumerated().allSatisfy { index, datagram in datagram.bytes.allSatisfy { $0 == UInt8(index) } })
    #expect(received.allSatisfy { $0.from == TransportAddress(ip, port: sender.localAddress.port) })
    #expect(received.allSatisfy { $0.to == receiver.localAddress })
    #expect(sender.counters.sent == UInt64(lengths.count) && receiver.counters.received == UInt64(lengths.count))
    #expect(sender.counters.segmentationRefusals == 0)
  }

  @Test(.enabled(if: Kernel.hasIPv6, "this machine has no IPv6"))
  func `IPv6 is tested`() { #expect(Kernel.loopbacks.contains { $0.isV6 }) }

  @Test func `one socket serves both families and tells where each datagram came to`() throws {
    var server = try UDPSocket(bind: TransportAddress(.anyV4, port: 0))
    #expect(server.localAddress.ip.isV6 == Kernel.hasIPv6)
    for ip in [IPAddress.v4(0x7F00_0002)] + Kernel.loopbacks.filter(\.isV6) {
      var client = try UDPSocket(bind: TransportAddress(ip.isV6 ? ip : .loopbackV4, port: 0))
      let target = TransportAddress(ip, port: server.localAddress.port)
      #expect(Self.send([5], on: &client, from: client.localAddress.ip, to: target) == .sent)
      let received = try #require(Self.receive(1, on: &server).first)
      #expect(received.to == target && received.from == client.localAddress)
      let answer = Self.send([6], on: &server, from: received.to.ip, to: received.from)
      #expect(answer == .sent)
      #expect(Self.receive(1, on: &client).first?.from == target)
    }
  }

  @Test func `a port in use is an error that names it`() throws {
    let first = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    let address = first.localAddress
    let error = #expect(throws: UDPSocketError.self) { _ = try UDPSocket(bind: address) }
    #expect(error == .portInUse(address.port))
    #expect(error?.description == "UDP port \(address.port) is in use by another program")
    #expect(first.descriptor >= 0)
  }

  @Test func `an address of nobody is an error`() {
    // 192.0.2.0/24 is for documentation (RFC 5737).
    let address = TransportAddress(.v4(0xC000_0201), port: 0)
    #expect(throws: UDPSocketError.addressNotAvailable(address)) { _ = try UDPSocket(bind: address) }
  }

  @Test func `a datagram that is too long is marked and the next one is whole`() throws {
    var receiver = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    var sender = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    #expect(Self.send([3000, 10], on: &sender, from: .loopbackV4, to: receiver.localAddress) == .sent)
    var batch = DatagramBatch()
    while receiver.counters.received < 2 { receiver.receive(into: &batch) }
    let first = (batch.isTruncated(at: 0), batch.payload(at: 0).byteCount)
    #expect(first == (true, DatagramBatch.maximumDatagram))
    let second = (batch.isTruncated(at: 1), batch.payload(at: 1).byteCount)
    #expect(second == (false, 10))
  }

  @Test(.enabled(if: Kernel.hasSegmentation, "this kernel has no UDP_SEGMENT"))
  func `a run that the kernel will not cut is sent separately`() throws {
    var receiver = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    var sender = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    // Without checksums the kernel refuses with EINVAL, as it does where a segment exceeds the route's MTU.
    var on: Int32 = 1
    #expect(setsockopt(sender.descriptor, SOL_SOCKET, SO_NO_CHECK, &on, socklen_t(MemoryLayout<Int32>.size)) == 0)
    let lengths = Array(repeating: 1000, count: 70) + [300]
    #expect(Self.send(lengths, on: &sender, from: .loopbackV4, to: receiver.localAddress) == .sent)
    #expect(Self.receive(lengths.count, on: &receiver).map(\.bytes.count) == lengths)
    #expect(sender.counters.segmentationRefusals == 2 && sender.counters.sendFailures == 0)
  }

  @Test(.enabled(if: Kernel.hasSegmentation, "this kernel has no UDP_SEGMENT"))
  func `an interface that cannot do checksums is not asked to cut again`() throws {
    var receiver = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    var sender = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    // A full buffer is nothing of the kind, and a long segment one of this route alone.
    let refusals = [sender.isRefusal(of: EAGAIN), sender.isRefusal(of: EMSGSIZE)]
    #expect(refusals == [false, true] && sender.sending == .segmented)
    let isRefusal = sender.isRefusal(of: EIO)
    #expect(isRefusal && sender.sending == .separate)
    #expect(sender.counters.segmentationRefusals == 2)
    let lengths = Array(repeating: 1000, count: 70) + [300]
    #expect(Self.send(lengths, on: &sender, from: .loopbackV4, to: receiver.localAddress) == .sent)
    #expect(Self.receive(lengths.count, on: &receiver).map(\.bytes.count) == lengths)
    #expect(sender.counters.segmentationRefusals == 2)
  }

  @Test func `an IPv4 socket says that it has no way to IPv6`() throws {
    var socket = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    let result = Self.send([5, 5], on: &socket, from: .loopbackV4, to: TransportAddress(.v6(high: 0, low: 1), port: 9))
    #expect(result == .failed(sent: 0, code: EAFNOSUPPORT))
    #expect(socket.counters.sendFailures == 1)
  }

  @Test func `the machine has an address to tell viewers`() {
    let addresses = NetworkInterfaces.addresses()
    #expect(!addresses.isEmpty && Set(addresses).count == addresses.count)
    #expect(addresses.allSatisfy { !$0.isLinkLocal })
    #expect(addresses.contains { !$0.isLoopback } == !addresses.contains { $0.isLoopback })
    #expect(NetworkInterfaces.addresses(includingLoopback: true).contains(.loopbackV4))
  }
}
