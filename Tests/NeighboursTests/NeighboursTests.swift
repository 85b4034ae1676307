import Fairness
import Neighbours
import SansIO
import Synchronization
import Testing

@Suite struct NeighboursTests {
  /// A kernel and a clock that do as they are told.
  private final class Stage: Sendable {
    struct State {
      var now: UInt64 = 1_000_000_000
      var reading: NeighbourReading? = NeighbourReading()
      var readings = 0
      var questions = 0
    }
    let state = Mutex(State())

    var readings: Int { state.withLock { $0.readings } }
    var questions: Int { state.withLock { $0.questions } }

    func advance(_ seconds: Double) { state.withLock { $0.now += UInt64(seconds * 1e9) } }

    func set(_ reading: NeighbourReading?) { state.withLock { $0.reading = reading } }

    func neighbours() -> Neighbours {
      Neighbours(
        clock: { self.state.withLock { $0.now } },
        read: {
          self.state.withLock {
            $0.readings += 1
            return $0.reading
          }
        },
        find: { address in
          self.state.withLock { state in
            state.questions += 1
            return state.reading.map { reading in
              if reading.own.contains(address) { return .loopback }
              return Source(address, linkLayer: reading.neighbours[address].map(LinkLayerAddress.init))
            }
          }
        })
    }
  }

  private let mac: UInt64 = 0x0200_5E00_5301

  @Test func `a thousand addresses of one machine are one source, by one reading`() {
    let stage = Stage()
    let addresses = (0..<1000).map { IPAddress.v6(high: 0xFD << 56, low: UInt64($0 + 2)) }
    stage.set(NeighbourReading(neighbours: Dictionary(uniqueKeysWithValues: addresses.map { ($0, mac) })))
    let neighbours = stage.neighbours()
    #expect(Set(addresses.map(neighbours.source)) == [.neighbour(LinkLayerAddress(mac))])
    #expect(stage.readings == 1)
  }

  @Test func `this machine is one source, and whoever is on no link goes by the address`() {
    let stage = Stage()
    stage.set(NeighbourReading(own: [.v4(0x0A4D_0001)]))
    let neighbours = stage.neighbours()
    #expect(neighbours.source(of: .v4(0x7F00_0005)) == .loopback)
    #expect(neighbours.source(of: .v6(high: 0, low: 0xFFFF_7F00_0001)) == .loopback)
    #expect(stage.readings == 0)
    #expect(neighbours.source(of: .v4(0x0A4D_0001)) == .loopback)
    #expect(neighbours.source(of: .v4(0xC000_0207)) == .address(0xC000_0207))
    #expect(neighbours.source(of: .v6(high: 0x2001_0DB8 << 32, low: 7)) == .network(0x2001_0DB8 << 32))
  }

  @Test func `an address that goes to another machine is that machine's half a minute later`() {
    let stage = Stage()
    let address = IPAddress.v4(0xC0A8_0107)
    stage.set(NeighbourReading(neighbours: [address: mac]))
    let neighbours = stage.neighbours()
    #expect(neighbours.source(of: address) == .neighbour(LinkLayerAddress(mac)))
    stage.set(NeighbourReading(neighbours: [address: mac + 1]))
    #expect(neighbours.source(of: address) == .neighbour(LinkLayerAddress(mac)))
    stage.advance(31)
    #expect(neighbours.source(of: address) == .neighbour(LinkLayerAddress(mac + 1)))
  }

  @Test func `strangers make the kernel's table be read so many times and no more, and what is kept has a bound`() {
    let stage = Stage()
    let neighbours = stage.neighbours()
    for second in 0..<10 {
      for stranger in 0..<3000 {
        let address = UInt32(0x0B00_0000 + second * 3000 + stranger)
        #expect(neighbours.source(of: .v4(address)) == .address(address))
      }
      stage.advance(1)
    }
    #expect(stage.readings <= 4 + 9 * 4)
    #expect(stage.questions <= 2000 + 9 * 2000)
    #expect(neighbours.count <= Neighbours.capacity)
  }

  @Test func `who could not be looked up is looked up the next time`() {
    let stage = Stage()
    let neighbours = stage.neighbours()
    let address = IPAddress.v4(0xC0A8_0107)
    for stranger in 0..<3000 as Range<UInt32> { _ = neighbours.source(of: .v4(0x0B00_0000 + stranger)) }
    stage.set(NeighbourReading(neighbours: [address: mac]))
    #expect(neighbours.source(of: address) == .address(0xC0A8_0107))
    stage.advance(0.1)
    #expect(neighbours.source(of: address) == .neighbour(LinkLayerAddress(mac)))
  }

  @Test func `of many that come one after the other each is known when it comes`() {
    let stage = Stage()
    let neighbours = stage.neighbours()
    var table = NeighbourReading()
    for number in 0..<1000 as Range<UInt64> {
      let address = IPAddress.v6(high: 0xFD << 56, low: number + 2)
      table.neighbours[address] = mac
      stage.set(table)
      #expect(neighbours.source(of: address) == .neighbour(LinkLayerAddress(mac)))
    }
    #expect(stage.readings == 4 && stage.questions == 996)
  }

  @Test func `a kernel that does not say leaves the address`() {
    let stage = Stage()
    stage.set(nil)
    #expect(stage.neighbours().source(of: .v4(1)) == .address(1))
  }

  @Test func `a table of more machines than are remembered stays within the bound`() {
    let stage = Stage()
    let many = (0..<10_000).map { (IPAddress.v4(0x0A00_0000 + UInt32($0)), mac + UInt64($0)) }
    stage.set(NeighbourReading(neighbours: Dictionary(uniqueKeysWithValues: many)))
    let neighbours = stage.neighbours()
    _ = neighbours.source(of: .v4(0x0A00_0001))
    #expect(neighbours.count <= Neighbours.capacity)
  }
}
