import SansIO
import Testing
import WebRTCTestPeer

@Suite struct LossyLinkTests {
  private let path = NetworkPath(
    local: TransportAddress(.loopbackV4, port: 1), remote: TransportAddress(.loopbackV4, port: 1))

  private func run(_ conditions: LossyLink.Conditions, seed: UInt64) -> (arrived: [[UInt8]], LossyLink.Statistics) {
    var link = LossyLink(conditions, seed: seed)
    var arrived: [[UInt8]] = []
    for number in 0..<1000 {
      let now = Instant(nanoseconds: Int64(number) * 1_000_000)
      link.send(Transmit(payload: [UInt8(number & 255), UInt8(number >> 8)], on: path), at: now)
      while let datagram = link.receive(at: now) { arrived.append(datagram.payload) }
    }
    while let due = link.deadline, let datagram = link.receive(at: due) { arrived.append(datagram.payload) }
    return (arrived, link.statistics)
  }

  @Test func `a good link passes everything in order`() {
    let (arrived, statistics) = run(.init(), seed: 1)
    #expect(arrived == (0..<1000).map { [UInt8($0 & 255), UInt8($0 >> 8)] })
    #expect(statistics.lost == 0)
  }

  @Test func `the same seed does the same harm`() {
    let conditions = LossyLink.Conditions(loss: 0.1, duplication: 0.1, corruption: 0.1, reordering: 0.1)
    #expect(run(conditions, seed: 5).arrived == run(conditions, seed: 5).arrived)
    #expect(run(conditions, seed: 5).arrived != run(conditions, seed: 6).arrived)
  }

  @Test func `shares are about what they are said to be`() {
    let (arrived, statistics) = run(.init(loss: 0.2, duplication: 0.1, corruption: 0.05, reordering: 0.3), seed: 7)
    #expect((150...250).contains(statistics.lost))
    #expect((50...120).contains(statistics.duplicated))
    #expect(arrived.count == 1000 - statistics.lost + statistics.duplicated)
    #expect(statistics.corrupted > 20 && statistics.reordered > 150)
  }
}
