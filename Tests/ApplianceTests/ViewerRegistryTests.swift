import Appliance
import Delivery
import Fairness
import Programme
import RTP
import Testing

@Suite struct ViewerRegistryTests {
  private let first = ConnectionID(1)
  private let second = ConnectionID(2)
  private let follower = ClientID.socket(10)
  private let chooser = ClientID.session("second")

  private func stream(_ preset: UInt8) -> StreamID { StreamID(preset: preset, codec: 0) }

  private static func distance(_ one: UInt8, _ other: UInt8) -> Double { abs(Double(one) - Double(other)) }

  /// A programme of ten presets that shows 0.
  private static var programme: Programme {
    Programme(presets: PresetList((0..<10).map { Preset(number: $0, name: "\($0)") }))
  }

  /// Viewers and the programme that they watch.
  private struct Watching {
    var registry: ViewerRegistry
    var programme = ViewerRegistryTests.programme

    mutating func settle(proof: StreamID? = nil) -> ViewerRegistry.Settlement {
      registry.settle(programme, proof: proof, angle: ViewerRegistryTests.distance)
    }

    mutating func choose(_ preset: UInt8?, for client: ClientID, reply: UInt64? = nil) throws {
      try programme.choose(preset, for: client)
      registry.asked(client, reply: reply)
    }

    mutating func show(_ preset: UInt8) throws {
      _ = try programme.perform(.goto(preset, .programme), by: Client(.request, role: .operator), items: 0)
    }
  }

  /// Two viewers who see what they want: the first follows the programme, 0; the second chose 3.
  private func watching(encoders: Int = .max) throws -> Watching {
    var watching = Watching(registry: ViewerRegistry(encoders: encoders))
    try watching.programme.choose(3, for: chooser)
    watching.registry.add(.init(follower, codec: 0, wish: 0), as: first)
    watching.registry.add(.init(chooser, codec: 0, wish: 3), as: second)
    for id in [first, second] { watching.registry.connected(id) }
    _ = watching.settle()
    _ = watching.registry.switched(first, to: stream(0))
    _ = watching.registry.switched(second, to: stream(3))
    _ = watching.settle()
    return watching
  }

  @Test func `who has not connected is worked for by nobody`() throws {
    var watching = Watching(registry: ViewerRegistry())
    try watching.programme.choose(4, for: chooser)
    watching.registry.add(.init(chooser, codec: 0, wish: 4), as: first)
    #expect(watching.settle().awake.isEmpty)
    #expect(watching.registry.count == 0)
    watching.registry.connected(first)
    let settlement = watching.settle()
    #expect(settlement.awake == [stream(4)])
    #expect(settlement.selections.map(\.stream) == [stream(4)])
    #expect(watching.registry.count == 1)
  }

  @Test func `what is watched is awake, and nothing else`() throws {
    var watching = try watching()
    #expect(watching.settle().awake == [stream(0), stream(3)])
    watching.registry.remove(second)
    #expect(watching.settle().awake == [stream(0)])
    #expect(watching.settle(proof: stream(7)).awake == [stream(0), stream(7)])
  }

  @Test func `the old stream stays awake until the new one is on`() throws {
    var watching = try watching()
    try watching.choose(5, for: follower, reply: 7)
    let settlement = watching.settle()
    #expect(settlement.selections.map(\.stream) == [stream(5)])
    #expect(settlement.awake == [stream(0), stream(3), stream(5)])
    #expect(settlement.settled.isEmpty)
    #expect(watching.registry.switched(first, to: stream(5))?.pendingReply == 7)
    #expect(watching.settle().awake == [stream(3), stream(5)])
    #expect(watching.registry[first]?.pendingReply == nil)
  }

  @Test func `who asks for what is on already is told at once`() throws {
    var watching = try watching()
    try watching.choose(0, for: follower, reply: 8)
    let settlement = watching.settle()
    #expect(settlement.selections.isEmpty)
    #expect(settlement.settled.map(\.viewer.pendingReply) == [8])
    #expect(watching.settle().settled.isEmpty)
  }

  @Test func `the programme moves those who follow it, and only those`() throws {
    var watching = try watching()
    try watching.show(4)
    watching.registry.asked(follower, reply: 5)
    let moved = watching.settle().selections
    #expect(moved.map(\.id) == [first])
    #expect(moved.map(\.stream) == [stream(4)])
    #expect(watching.registry[first]?.pendingReply == 5)
    #expect(watching.registry[second]?.wanted == stream(3))
    try watching.show(4)
    #expect(watching.settle().selections.isEmpty)
  }

  @Test func `whoever watched a preset that is gone follows the programme`() throws {
    var watching = try watching()
    _ = try watching.programme.perform(.removePreset(3), by: Client(.request, role: .operator), items: 0)
    #expect(watching.settle().selections.map(\.id) == [second])
    #expect(watching.programme.isFollowing(chooser))
    #expect(watching.registry[second]?.wanted == stream(0))
  }

  @Test func `nobody is asked for a viewer that is gone`() throws {
    var watching = try watching()
    try watching.choose(1, for: .socket(99))
    #expect(watching.settle().selections.isEmpty)
    #expect(watching.registry.switched(ConnectionID(9), to: stream(1)) == nil)
  }

  @Test func `a client's connection is found, and the newer of two`() throws {
    var watching = try watching()
    #expect(watching.registry[follower] == first && watching.registry[.socket(99)] == nil)
    let third = ConnectionID(3)
    watching.registry.add(.init(follower, codec: 0, wish: 0), as: third)
    #expect(watching.registry[follower] == third)
    watching.registry.remove(first)
    #expect(watching.registry[follower] == third)
    watching.registry.remove(third)
    #expect(watching.registry[follower] == nil)
  }

  @Test
  func `one stream too many becomes the nearest, which is told, and the one that was asked for when there is room`()
    throws
  {
    var watching = try watching(encoders: 2)
    let (third, newcomer) = (ConnectionID(3), ClientID.socket(11))
    try watching.programme.choose(5, for: newcomer)
    watching.registry.add(.init(newcomer, codec: 0, wish: 5), as: third)
    #expect(watching.registry.prospect(stream(5), programme: 0, angle: Self.distance) == stream(3))
    watching.registry.connected(third)
    let settlement = watching.settle()
    #expect(settlement.awake == [stream(0), stream(3)])
    #expect(settlement.selections.map(\.stream) == [stream(3)])
    let told = watching.registry.switched(third, to: stream(3))
    #expect(told?.wanted == stream(5))

    // Another wish that cannot be: nothing switches, so it is told at once.
    try watching.choose(6, for: newcomer, reply: 9)
    let again = watching.settle()
    #expect(again.selections.isEmpty)
    #expect(again.settled.map(\.viewer.pendingReply) == [9])

    watching.registry.remove(second)
    let room = watching.settle()
    #expect(room.selections.map(\.stream) == [stream(6)])
    #expect(room.awake == [stream(0), stream(6)])
    #expect(watching.registry.switched(third, to: stream(6))?.wanted == stream(6))
  }

  @Test func `without a stream in its codec a viewer has to go`() throws {
    var watching = try watching(encoders: 2)
    let (third, newcomer) = (ConnectionID(3), ClientID.socket(11))
    try watching.programme.choose(3, for: newcomer)
    watching.registry.add(.init(newcomer, codec: 1, wish: 3), as: third)
    #expect(watching.registry.prospect(StreamID(preset: 3, codec: 1), programme: 0) { _, _ in 0 } == nil)
    watching.registry.connected(third)
    #expect(watching.settle().withoutStream == [third])
    // The programme is there for it, at the cost of who chose something else.
    try watching.choose(nil, for: newcomer)
    let settlement = watching.settle()
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
