import DTLS
import Delivery
import Dispatch
import RTP
import SansIO
import Synchronization
import Testing
import WebRTC

/// What strangers make of offers must not hold up those who watch.
@Suite(.serialized) struct OfferTests {
  let stream = StreamID(1)
  let log = EventLog()

  func driver(maximumConnections: Int = 10) throws -> DeliveryDriver {
    let log = log
    return try DeliveryDriver(
      configuration: DeliveryConfiguration(
        bind: TransportAddress(.loopbackV4, port: 0),
        peer: PeerConfiguration(
          certificate: DeliveryDriverTests.certificate, localAddresses: [], now: Instant(nanoseconds: 0)),
        maximumConnections: maximumConnections)
    ) { log.append($0) }
  }

  /// While an offer is being read for as long as the test likes, and more wait than may.
  @Test func `offers that take for ever hold up no frame, no statistics and no more than may wait`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    let viewer = try LoopbackViewer(seed: 30)
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: stream))
    let (gate, stream, offer) = (Gate(), stream, try LoopbackViewer(seed: 31).peer.offer)
    let refused = RefusalLog()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number: UInt64 in 0..<200 {
        group.addTask {
          do throws(DeliveryError) {
            _ = try await driver.accept(offer: offer, id: ConnectionID(100 + number)) { _ in
              gate.pass()
              return stream
            }
            return true
          } catch {
            // Those beyond what may wait come back while the first is still being read.
            if case .unavailable = error { refused.note() }
            return false
          }
        }
      }
      gate.waitUntilHeld()
      refused.wait(for: 200 - 64)
      for number: UInt32 in 1...30 { driver.publish(syntheticFrame(stream, number: number, isKeyFrame: number == 1)) }
      let isThere = viewer.run { $0.frames.count == 30 }
      #expect(isThere)
      #expect(driver.statistics() != nil)
      gate.open()
      var accepted = 0
      for try await isAccepted in group where isAccepted { accepted += 1 }
      // Nine places are left; the rest that waited were told that there is none.
      #expect(accepted == 9)
    }
  }

  @Test func `a connection is in the statistics when it is accepted, and its time line when it has connected`()
    async throws
  {
    let statistics = Mutex<[DeliveryStatistics]>([])
    let box = DriverBox()
    let driver = try DeliveryDriver(
      configuration: DeliveryConfiguration(
        bind: TransportAddress(.loopbackV4, port: 0),
        peer: PeerConfiguration(
          certificate: DeliveryDriverTests.certificate, localAddresses: [], now: Instant(nanoseconds: 0)))
    ) { [log] event in
      if case .connected = event, let now = box.driver?.statistics() { statistics.withLock { $0.append(now) } }
      log.append(event)
    }
    defer { driver.stop() }
    box.set(driver)
    let viewer = try LoopbackViewer(seed: 32)
    try #require(try await viewer.join(driver, as: ConnectionID(1), stream: stream))
    #expect(driver.statistics()?.connections.map(\.id) == [ConnectionID(1)])
    #expect(log.wait { $0 == .connected(ConnectionID(1)) })
    let first = try #require(statistics.withLock { $0.first?.connections.first })
    #expect(first.remoteAddress != nil && first.peer.timeToConnect != nil)
    driver.publish(syntheticFrame(stream, number: 1, isKeyFrame: true))
    try #require(viewer.run { $0.frames.count == 1 })
    let timestamp = 3000 &+ first.peer.timestampOffset
    #expect(log.wait { $0 == .switched(ConnectionID(1), stream, rtpTimestamp: timestamp) })
    viewer.close()
    #expect(log.wait { $0 == .closed(ConnectionID(1), .peer) })
    #expect(driver.statistics()?.connections.isEmpty == true)
    box.set(nil)
  }

  @Test func `whoever looks at the statistics does not wake the thread`() async throws {
    let driver = try driver()
    defer { driver.stop() }
    _ = await driver.statisticsOfThisMoment()
    let before = driver.heartbeat.count
    for _ in 0..<10_000 { #expect(driver.statistics() != nil) }
    // The turn that a test asked for, and one to publish what came of it.
    #expect(driver.heartbeat.count - before <= 3)
  }

  @Test func `connections that come all at once come one at a time, and what is said of them is not lost`() async throws
  {
    let driver = try driver(maximumConnections: 40)
    defer { driver.stop() }
    let (stream, offer) = (stream, try LoopbackViewer(seed: 33).peer.offer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number: UInt64 in 0..<40 {
        group.addTask {
          _ = try await driver.accept(offer: offer, id: ConnectionID(number)) { _ in stream }
          driver.select(StreamID(UInt32(number)), for: ConnectionID(number))
          if number.isMultiple(of: 2) { driver.close(ConnectionID(number)) }
        }
      }
      try await group.waitForAll()
    }
    let statistics = try #require(await driver.statisticsOfThisMoment())
    #expect(Set(statistics.connections.map(\.stream.number)) == Set((0..<40).filter { !$0.isMultiple(of: 2) }))
  }
}

/// Counts refusals, and lets a thread wait for them.
final class RefusalLog: Sendable {
  private let arrival = DispatchSemaphore(value: 0)

  func note() { arrival.signal() }

  func wait(for count: Int) { for _ in 0..<count { arrival.wait() } }
}

/// Lets the thread's events reach the driver that they come from.
private final class DriverBox: Sendable {
  private let held = Mutex<DeliveryDriver?>(nil)

  var driver: DeliveryDriver? { held.withLock { $0 } }

  func set(_ driver: DeliveryDriver?) { held.withLock { $0 = driver } }
}
