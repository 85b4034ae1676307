import Appliance
import Delivery
import Fairness
import RTP
import Testing

@Suite struct ViewerRegistryTests {
  private let first = ConnectionID(1)
  private let second = ConnectionID(2)

  private func stream(_ preset: UInt8) -> StreamID { StreamID(preset: preset, codec: 0) }

  /// Two viewers who see what they want: the first follows the programme, 0; the second chose 3.
  private func watching(encoders: Int = .max) -> ViewerRegistry {
    var registry = ViewerRegistry(encoders: encoders)
    registry.add(.init(control: 10, codec: 0, isFollowing: true, preset: 0), as: first)
    registry.add(.init(control: nil, codec: 0, isFollowing: false, preset: 3), as: second)
    for id in [first, second] { registry.connected(id) }
    _ = settle(&registry)
    _ = registry.switched(first, to: stream(0))
    _ = registry.switched(second, to: stream(3))
    _ = settle(&registry)
    return registry
  }

  private func settle(
    _ registry: inout ViewerRegistry, programme: UInt8 = 0, proof: StreamID? = nil
  ) -> ViewerRegistry.Settlement {
    registry.settle(programme: programme, proof: proof) { abs(Double($0) - Double($1)) }
  }

  @Test func `who has not connected is worked for by nobody`() {
    var registry = ViewerRegistry()
    registry.add(.init(control: 10, codec: 0, isFollowing: false, preset: 4), as: first)
    #expect(settle(&registry).awake.isEmpty)
    #expect(registry.count == 0)
    registry.connected(first)
    let settlement = settle(&registry)
    #expect(settlement.awake == [stream(4)])
    #expect(settlement.selections.map(\.stream) == [stream(4)])
    #expect(registry.count == 1)
  }

  @Test func `what is watched is awake, and nothing else`() {
    var registry = watching()
    #expect(settle(&registry).awake == [stream(0), stream(3)])
    registry.remove(second)
    #expect(settle(&registry).awake == [stream(0)])
    #expect(settle(&registry, proof: stream(7)).awake == [stream(0), stream(7)])
  }

  @Test func `the old stream stays awake until the new one is on`() {
    var registry = watching()
    registry.choose(5, for: first, reply: 7)
    let settlement = settle(&registry)
    #expect(settlement.selections.map(\.stream) == [stream(5)])
    #expect(settlement.awake == [stream(0), stream(3), stream(5)])
    #expect(settlement.settled.isEmpty)
    #expect(registry.switched(first, to: stream(5))?.pendingReply == 7)
    #expect(settle(&registry).awake == [stream(3), stream(5)])
    #expect(registry[first]?.pendingReply == nil)
  }

  @Test func `who asks for what is on already is told at once`() {
    var registry = watching()
    registry.choose(0, for: first, reply: 8)
    let settlement = settle(&registry)
    #expect(settlement.selections.isEmpty)
    #expect(settlement.settled.map(\.viewer.pendingReply) == [8])
    #expect(settle(&registry).settled.isEmpty)
  }

  @Test func `the programme moves those who follow it, and only those`() {
    var registry = watching()
    registry.programmeChanged(to: 4, reply: (first, 5))
    let moved = settle(&registry, programme: 4).selections
    #expect(moved.map(\.id) == [first])
    #expect(moved.map(\.stream) == [stream(4)])
    #expect(registry[first]?.pendingReply == 5)
    #expect(registry[second]?.preset == 3)
    registry.programmeChanged(to: 4)
    #expect(settle(&registry, programme: 4).selections.isEmpty)
  }

  @Test func `whoever watched a preset that is gone follows the programme`() {
    var registry = watching()
    registry.presetRemoved(3, programme: 0)
    #expect(settle(&registry).selections.map(\.id) == [second])
    #expect(registry[second]?.isFollowing == true)
    #expect(registry[second]?.wanted == stream(0))
  }

  @Test func `nobody is asked for a viewer that is gone`() {
    var registry = watching()
    registry.choose(1, for: ConnectionID(9), reply: nil)
    #expect(settle(&registry).selections.isEmpty)
    #expect(registry.switched(ConnectionID(9), to: stream(1)) == nil)
  }

  @Test
  func `one stream too many becomes the nearest, which is told, and the one that was asked for when there is room`() {
    var registry = watching(encoders: 2)
    let third = ConnectionID(3)
    registry.add(.init(control: 11, codec: 0, isFollowing: false, preset: 5), as: third)
    #expect(registry.prospect(stream(5), programme: 0) { abs(Double($0) - Double($1)) } == stream(3))
    registry.connected(third)
    let settlement = settle(&registry)
    #expect(settlement.awake == [stream(0), stream(3)])
    #expect(settlement.selections.map(\.stream) == [stream(3)])
    let told = registry.switched(third, to: stream(3))
    #expect(told?.wanted == stream(5))

    // Another wish that cannot be: nothing switches, so it is told at once.
    registry.choose(6, for: third, reply: 9)
    let again = settle(&registry)
    #expect(again.selections.isEmpty)
    #expect(again.settled.map(\.viewer.pendingReply) == [9])

    registry.remove(second)
    let room = settle(&registry)
    #expect(room.selections.map(\.stream) == [stream(6)])
    #expect(room.awake == [stream(0), stream(6)])
    #expect(registry.switched(third, to: stream(6))?.wanted == stream(6))
  }

  @Test func `without a stream in its codec a viewer has to go`() {
    var registry = watching(encoders: 2)
    let third = ConnectionID(3)
    registry.add(.init(control: 11, codec: 1, isFollowing: false, preset: 3), as: third)
    #expect(registry.prospect(StreamID(preset: 3, codec: 1), programme: 0) { _, _ in 0 } == nil)
    registry.connected(third)
    #expect(settle(&registry).withoutStream == [third])
    // The programme is there for it, at the cost of who chose something else.
    registry.follow(0, for: third, reply: nil)
    let settlement = settle(&registry)
    #expect(settlement.awake == [stream(0), StreamID(preset: 0, codec: 1)])
    #expect(Set(settlement.selections.map(\.stream)) == [stream(0), StreamID(preset: 0, codec: 1)])
  }

  @Test func `offers that did not connect give way, and viewers to a machine that has fewer`() {
    let (greedy, honest) = (Source.address(1), Source.address(2))
    var registry = ViewerRegistry(places: 3, reserved: 1)
    for number: UInt64 in 1...3 { #expect(registry.admit(ConnectionID(number), from: greedy) == .admitted) }
    registry.connected(ConnectionID(1))
    #expect(registry.admit(ConnectionID(4), from: honest) == .replaces(ConnectionID(2)))
    registry.connected(ConnectionID(4))
    // Its own first; then nobody's.
    #expect(registry.admit(ConnectionID(5), from: greedy) == .replaces(ConnectionID(3)))
    registry.connected(ConnectionID(5))
    #expect(!registry.canAdmit(from: honest))
    #expect(registry.admit(ConnectionID(6), from: honest) == .refused)
    #expect(registry.canAdmit(from: .address(3)) && registry.canAdmit(from: honest, isPrivileged: true))
    #expect(registry.admit(ConnectionID(7), from: .loopback, isPrivileged: true) == .admitted)
    // Of the greedy machine's two, the one that was quiet for longer.
    registry.touch(ConnectionID(1))
    #expect(registry.admit(ConnectionID(8), from: .address(3)) == .replaces(ConnectionID(5)))
    registry.remove(ConnectionID(8))
    #expect(registry.admit(ConnectionID(9), from: greedy) == .admitted)
  }
}
