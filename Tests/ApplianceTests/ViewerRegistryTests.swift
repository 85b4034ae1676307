import Appliance
import DatagramIO
import RTP
import Testing

@Suite struct ViewerRegistryTests {
  private let first = ConnectionID(1)
  private let second = ConnectionID(2)

  private func stream(_ preset: UInt8) -> StreamID { StreamID(preset: preset, codec: 0) }

  private func watching() -> ViewerRegistry {
    var registry = ViewerRegistry()
    registry.add(.init(control: 10, codec: 0, isFollowing: true, preset: 0, showing: stream(0)), as: first)
    registry.add(.init(control: nil, codec: 0, isFollowing: false, preset: 3, showing: stream(3)), as: second)
    return registry
  }

  @Test func `what is watched is awake, and nothing else`() {
    var registry = watching()
    #expect(registry.streams == [stream(0), stream(3)])
    registry.remove(second)
    #expect(registry.streams == [stream(0)])
  }

  @Test func `the old stream stays awake until the new one is on`() {
    var registry = watching()
    #expect(registry.choose(5, for: first, reply: 7) == stream(5))
    #expect(registry.streams == [stream(0), stream(3), stream(5)])
    #expect(registry.switched(first, to: stream(5))?.pendingReply == 7)
    #expect(registry.streams == [stream(3), stream(5)])
    #expect(registry[first]?.pendingReply == nil)
  }

  @Test func `the programme moves those who follow it, and only those`() {
    var registry = watching()
    let moved = registry.programmeChanged(to: 4)
    #expect(moved.map(\.0) == [first])
    #expect(moved.map(\.1) == [stream(4)])
    #expect(registry[second]?.preset == 3)
    #expect(registry.programmeChanged(to: 4).isEmpty)
  }

  @Test func `whoever watched a preset that is gone follows the programme`() {
    var registry = watching()
    #expect(registry.presetRemoved(3, programme: 0).map(\.0) == [second])
    #expect(registry[second]?.isFollowing == true)
    #expect(registry[second]?.wanted == stream(0))
  }

  @Test func `nobody is asked for a viewer that is gone`() {
    var registry = watching()
    #expect(registry.choose(1, for: ConnectionID(9), reply: nil) == nil)
    #expect(registry.switched(ConnectionID(9), to: stream(1)) == nil)
  }
}
