import Appliance
import Synchronization
import Testing

@Suite struct SharedLookTests {
  @Test func `a finding is good for a while for all who ask, and then looked for again`() async {
    let looks = Atomic<Int>(0)
    let look = SharedLook<Int>(every: 100) { looks.add(1, ordering: .relaxed).newValue }
    for (time, finding) in [(7, 1), (7, 1), (106, 1), (107, 2), (206, 2), (900, 3)] as [(UInt64, Int)] {
      #expect(await look.finding(at: time) == finding)
    }
  }
}
