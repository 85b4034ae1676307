import DTLS
import DatagramIO
import Delivery
import Dispatch
import Glibc
import RTP
import SansIO
import Synchronization
import Testing
import WebRTC
import WebRTCTestPeer

/// A driver with real sockets on the loopback interface, viewers included.
@Suite(.serialized) struct DeliveryDriverTests {
  static let certificate = try! Certificate.generate()
  let a = StreamID(1)
  let b = StreamID(2)
  let log = EventLog()

  func driver(
    maximumConnections: Int = 10, bind: IPAddress = .anyV4,
    advertised: [IPAddress] = [.loopbackV4, .v6(high: 0, low: 1)]
  ) throws -> DeliveryDriver {
    let log = log
    return try DeliveryDriver(
      configuration: DeliveryConfiguration(
        bind: TransportAddress(bind, port: 0),
        peer: PeerConfiguration(certificate: Self.certificate, localAddresses: [], now: Instant(nanoseconds: 0)),
        advertisedAddresses: advertised, maximumConnections: maximumConnections)
    ) { log.append($0) }
  }

  func frame(_ stream: StreamID, _ number: UInt32, isKeyFrame: Bool = false) -> PacketizedFrame {
    syntheticFrame(stream, number: number, isKeyFrame: isKeyFrame)
  }

  @Test(arguments: LoopbackViewer.addresses)
  func `a viewer joins, asks for a key frame and gets the frames that follow`(ip: IPAddress) async throws {
    let driver = try driver()
    defer { driver.stop() }
    let viewer = try LoopbackViewer(seed: 1, ip: ip)
    let id = ConnectionID(7)
    try #require(try await viewer.join(driver, as: id, stream: a))
    #expect(log.contains { $0 == .connected(id) } && log.contains { $0 == .needsKeyframe(a) })
    driver.publish(frame(a, 1))
    driver.publish(frame(a, 2, isKeyFrame: true))
    for number: UInt32 in 3...40 { driver.publish(frame(a, number)) }
    try #require(viewer.run { $0.frames.count == 39 })
    #expect(viewer.frames[0].isKeyFrame && !viewer.frames[1].isKeyFrame)
    #expect(zip(viewer.frames.dropFirst(), viewer.frames).allSatisfy { $0.timestamp &- $1.timestamp == 3000 })
    #expect(log.contains { $0 == .switched(id, a, rtpTimestamp: viewer.frames[0].timestamp) })
    let statistics = try #require(await driver.statisticsOfThisMoment())
    let connection = try #require(statistics.connections.first)
    #expect(connection.id == id && connection.stream == a && connection.remoteAddress?.ip == ip)
    #expect(connection.peer.framesSent == 39 && connection.framesLost == 0 && statistics.framesDropped == 0)
    #expect(statistics.framesTaken == 40 && driver.heartbeat.count > 0)
  }

  @Test func `a switch keeps the old stream until the new one's key frame, on one time line`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    let viewer = try LoopbackViewer(seed: 2)
    let id = ConnectionID(1)
    try #require(try await viewer.join(driver, as: id, stream: a))
    driver.publish(frame(a, 1, isKeyFrame: true))
    driver.publish(frame(b, 1, isKeyFrame: true))
    try #require(viewer.run { $0.frames.count == 1 })
    driver.select(b, for: id)
    #expect(log.wait { $0 == .needsKeyframe(b) })
    driver.publish(frame(b, 2))
    driver.publish(frame(a, 2))
    driver.publish(frame(b, 2, isKeyFrame: true))
    driver.publish(frame(a, 3))
    driver.publish(frame(b, 3))
    try #require(viewer.run { $0.frames.count == 4 })
    #expect(viewer.frames.map { $0.data.contains(preset: 2) } == [false, false, true, true])
    let steps = zip(viewer.frames.dropFirst(), viewer.frames).map { $0.timestamp &- $1.timestamp }
    #expect(steps == [3000, 1, 2999])
    #expect(log.contains { $0 == .switched(id, b, rtpTimestamp: viewer.frames[2].timestamp) })
  }

  @Test func `a viewer who has lost the picture is heard`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    let viewer = try LoopbackViewer(seed: 3)
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: a))
    driver.publish(frame(a, 1, isKeyFrame: true))
    try #require(viewer.run { $0.frames.count == 1 })
    let before = log.count { $0 == .needsKeyframe(a) }
    viewer.peer.requestKeyframe()
    viewer.settle()
    #expect(log.wait(for: before + 1) { $0 == .needsKeyframe(a) })
  }

  @Test func `one viewer too many is refused, and so is nonsense`() async throws {
    let driver = try driver(maximumConnections: 1)
    defer { driver.stop() }
    let (first, second) = (try LoopbackViewer(seed: 4), try LoopbackViewer(seed: 5))
    let stream = a
    await #expect(throws: DeliveryError.self) {
      try await driver.accept(offer: "v=0", id: ConnectionID(1)) { _ in stream }
    }
    #expect(try await first.join(driver, as: ConnectionID(1), stream: a))
    let offer = second.peer.offer
    let error = await #expect(throws: DeliveryError.self) {
      try await driver.accept(offer: offer, id: ConnectionID(2)) { _ in stream }
    }
    #expect(error?.description == "there are already 1 viewers, which is the limit")
  }

  @Test(arguments: [
    ([IPAddress.v4(0xC000_0201)], ["192.0.2.1"]), ([], ["127.0.0.1"]), ([.v6(high: 0, low: 1)], []),
  ])
  func `viewers are told of the configured addresses, else of the bound one, in its family`(
    advertised: [IPAddress], told: [String]
  ) async throws {
    let driver = try driver(bind: .loopbackV4, advertised: advertised)
    defer { driver.stop() }
    let stream = a
    let answer = try await driver.accept(offer: LoopbackViewer(seed: 8).peer.offer, id: ConnectionID(1)) { _ in stream }
    #expect(Self.candidates(of: answer) == told.map { "\($0) \(driver.localAddress.port)" })
  }

  /// Address and port of each candidate; every section of the transport says the same.
  private static func candidates(of answer: String) -> [String] {
    answer.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("a=candidate:") }.reduce(into: []) { told, line in
      let address = line.split(separator: " ")[4...5].joined(separator: " ")
      if !told.contains(address) { told.append(address) }
    }
  }

  @Test func `a port that is bound to no address is told at every address of the machine`() async throws {
    let driver = try driver(bind: .anyV4, advertised: [])
    defer { driver.stop() }
    let stream = a
    let answer = try await driver.accept(offer: LoopbackViewer(seed: 9).peer.offer, id: ConnectionID(1)) { _ in stream }
    let told = Self.candidates(of: answer)
    let addresses = NetworkInterfaces.addresses().filter { driver.localAddress.ip.isV6 || !$0.isV6 }
    #expect(!addresses.isEmpty)
    #expect(told == addresses.map { "\($0) \(driver.localAddress.port)" })
  }

  @Test func `a thread that is behind takes every selection and closing, and the last selection counts`() async throws {
    let gate = Gate()
    let log = log
    let driver = try DeliveryDriver(
      configuration: DeliveryConfiguration(
        bind: TransportAddress(.loopbackV4, port: 0),
        peer: PeerConfiguration(certificate: Self.certificate, localAddresses: [], now: Instant(nanoseconds: 0)))
    ) {
      log.append($0)
      if case .switched = $0 { gate.pass() }
    }
    defer { driver.stop() }
    gate.open()
    let viewers = [try LoopbackViewer(seed: 10), try LoopbackViewer(seed: 11)]
    for (index, viewer) in viewers.enumerated() {
      try #require(try await viewer.join(driver, as: ConnectionID(UInt64(index)), stream: a))
    }
    gate.close()
    driver.publish(frame(a, 1, isKeyFrame: true))
    gate.waitUntilHeld()
    // More than any queue of commands holds.
    for number in 0..<10_000 {
      driver.select(StreamID(UInt32(number % 200)), for: ConnectionID(0))
    }
    driver.select(b, for: ConnectionID(0))
    driver.close(ConnectionID(1))
    gate.open()
    #expect(log.wait { $0 == .closed(ConnectionID(1), .local) })
    let statistics = try #require(await driver.statisticsOfThisMoment())
    #expect(statistics.connections.map(\.stream) == [b])
  }

  @Test func `nobody takes an address from a viewer who is there`() async throws {
    let driver = try driver(advertised: [.loopbackV4])
    defer { driver.stop() }
    let (viewer, thief) = (try LoopbackViewer(seed: 12), try LoopbackViewer(seed: 13))
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: a))
    // The thief's own check, for its own connection, sent under the viewer's address.
    let stream = b
    let answer = try await driver.accept(offer: thief.peer.offer, id: ConnectionID(2)) { _ in stream }
    try thief.peer.accept(answer: answer, at: LoopbackViewer.now())
    while let output = thief.peer.pollOutput() {
      if case .transmit(let datagram) = output { viewer.send(datagram.payload, to: datagram.path.remote) }
    }
    // What the viewer says is still heard as its own.
    driver.publish(frame(a, 1, isKeyFrame: true))
    try #require(viewer.run { $0.frames.count == 1 })
    let before = log.count { $0 == .needsKeyframe(a) }
    viewer.peer.requestKeyframe()
    viewer.settle()
    #expect(log.wait(for: before + 1) { $0 == .needsKeyframe(a) })
  }

  @Test func `stopping tells the viewers, refuses what comes later and frees the port`() async throws {
    let driver = try driver()
    let viewer = try LoopbackViewer(seed: 6)
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: a))
    let port = driver.localAddress
    driver.stop()
    driver.stop()
    try #require(viewer.run { $0.closed != nil })
    #expect(log.contains { $0 == .closed(ConnectionID(1), .local) })
    #expect(await driver.statisticsOfThisMoment() == nil && driver.statistics() == nil)
    let stream = a
    await #expect(throws: DeliveryError.self) {
      try await driver.accept(offer: "", id: ConnectionID(2)) { _ in stream }
    }
    let again = try UDPSocket(bind: port)
    #expect(again.localAddress.port == port.port)
  }

  @Test func `a viewer who leaves is gone, and stray datagrams are counted`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    let viewer = try LoopbackViewer(seed: 7)
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: a))
    var stranger = try UDPSocket(bind: TransportAddress(.loopbackV4, port: 0))
    let target = TransportAddress(.loopbackV4, port: driver.localAddress.port)
    for lengths in [[1], [100], [3000]] {
      var burst = DatagramBurst()
      for length in lengths { _ = burst.append([UInt8](repeating: 1, count: length)) }
      let path = NetworkPath(local: TransportAddress(.loopbackV4, port: stranger.localAddress.port), remote: target)
      #expect(stranger.send(burst, on: path) == .sent)
    }
    viewer.close()
    #expect(log.wait { $0 == .closed(ConnectionID(1), .peer) })
    // The viewer's goodbye came after the strangers'; what it said after that is from nobody known.
    let statistics = try #require(await driver.statisticsOfThisMoment())
    #expect((3...4).contains(statistics.strayDatagrams) && statistics.connections.isEmpty)
  }

  @Test func `two hundred viewers who come and go leave nothing behind`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    let before = datagramSockets()
    for round: UInt64 in 0..<200 {
      let viewer = try LoopbackViewer(seed: 100 + round)
      let id = ConnectionID(round)
      try #require(try await viewer.join(driver, as: id, stream: a))
      if round.isMultiple(of: 2) { viewer.close() } else { driver.close(id) }
      #expect(log.wait { if case .closed(id, _) = $0 { true } else { false } })
    }
    #expect(await driver.statisticsOfThisMoment()?.connections.count == 0)
    #expect(datagramSockets() == before)
  }

  @Test func `a port in use is an error that names it`() throws {
    let taken = try UDPSocket(bind: TransportAddress(.anyV4, port: 0))
    let port = taken.localAddress.port
    let configuration = DeliveryConfiguration(
      bind: TransportAddress(.anyV4, port: port),
      peer: PeerConfiguration(certificate: Self.certificate, localAddresses: [], now: Instant(nanoseconds: 0)))
    #expect(throws: UDPSocketError.portInUse(port)) { try DeliveryDriver(configuration: configuration) { _ in } }
    #expect(taken.localAddress.port == port)
  }

  /// How many UDP sockets the process has.
  private func datagramSockets() -> Int {
    (Int32(0)..<1024).count { descriptor in
      var (type, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
      return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == Int32(SOCK_DGRAM.rawValue)
    }
  }
}

extension [UInt8] {
  /// Whether the slice at the end of a synthetic frame is of `preset`.
  func contains(preset: UInt8) -> Bool {
    indices.dropLast().contains { (self[$0] == 0x65 || self[$0] == 0x41) && self[$0 + 1] == preset }
  }
}

/// Holds up the thread that passes while it is closed.
final class Gate: Sendable {
  private let isOpen = Mutex(false)
  private let held = DispatchSemaphore(value: 0)
  private let opened = DispatchSemaphore(value: 0)

  func open() {
    isOpen.withLock { $0 = true }
    opened.signal()
  }

  func close() {
    isOpen.withLock { $0 = false }
    while opened.wait(timeout: .now()) == .success {}
  }

  func pass() {
    guard !isOpen.withLock({ $0 }) else { return }
    held.signal()
    opened.wait()
  }

  func waitUntilHeld() { held.wait() }
}

/// The events of a driver, which its thread appends.
final class EventLog: Sendable {
  private let events = Mutex<[DeliveryEvent]>([])
  private let arrival = DispatchSemaphore(value: 0)

  func append(_ event: DeliveryEvent) {
    events.withLock { $0.append(event) }
    arrival.signal()
  }

  func count(where matches: (DeliveryEvent) -> Bool) -> Int { events.withLock { $0.count(where: matches) } }

  func contains(where matches: (DeliveryEvent) -> Bool) -> Bool { count(where: matches) > 0 }

  /// Waits until `count` events match; false when for five seconds nothing came.
  func wait(for count: Int = 1, matching: (DeliveryEvent) -> Bool) -> Bool {
    while self.count(where: matching) < count {
      if arrival.wait(timeout: .now() + 5) == .timedOut { return false }
    }
    return true
  }
}
