import Appliance
import Delivery
import RTP
import Testing
import WebServer

@Suite struct EventQueueTests {
  @Test func `of a flood the oldest are dropped and counted, and no word of the network is lost`() {
    let queue = EventQueue()
    let limit = EventQueue.maximumOthers
    for number in 0..<limit + 500 {
      queue.append(.channel(StreamID(preset: UInt8(number & 255), codec: 0), .awake))
      if number.isMultiple(of: 3) { queue.append(.network(.connected(ConnectionID(UInt64(number))))) }
    }
    #expect(queue.dropped == 500)
    let taken = queue.take()
    let connected = taken.compactMap { event in
      if case .network(.connected(let id)) = event { id } else { nil }
    }
    #expect(connected == stride(from: 0, to: limit + 500, by: 3).map { ConnectionID(UInt64($0)) })
    let presets = taken.compactMap { event in
      if case .channel(let stream, _) = event { stream.preset } else { nil }
    }
    #expect(presets == (500..<limit + 500).map { UInt8($0 & 255) })
    #expect(queue.take().isEmpty)
  }

  @Test func `whoever waits is woken once for all that has come`() async {
    let queue = EventQueue()
    var arrivals = queue.arrivals.makeAsyncIterator()
    queue.append(.network(.connected(ConnectionID(1))))
    queue.append(.network(.connected(ConnectionID(2))))
    await arrivals.next()
    #expect(queue.take().count == 2)
    queue.append(.network(.connected(ConnectionID(3))))
    await arrivals.next()
    #expect(queue.take().count == 1)
  }
}
