import Fairness
import SansIO
import Testing

struct FairSharesTests {
  let alice = Source.address(1)
  let bob = Source.address(2)
  let mallory = Source.neighbour(LinkLayerAddress(3))

  @Test func `while there is room everybody gets a place`() {
    var shares = FairShares<Int>(places: 3)
    for member in 0..<3 { #expect(shares.admit(member, from: mallory) == .admitted) }
    #expect(shares.count == 3 && shares.count(of: mallory) == 3)
    #expect(shares.admit(1, from: mallory) == .admitted, "one that has a place keeps it")
  }

  @Test func `the greediest source gives way, its pending and quietest member first`() {
    var shares = FairShares<Int>(places: 4)
    for member in 0..<4 { _ = shares.admit(member, from: mallory) }
    for member in [0, 1, 3] { shares.establish(member) }
    shares.touch(0)
    #expect(shares.admit(10, from: alice) == .replaces(2), "the pending one")
    shares.establish(10)
    #expect(shares.admit(20, from: bob) == .replaces(1), "the established one that was quiet for longest")
    shares.establish(20)
    #expect(shares.count(of: mallory) == 2)
  }

  @Test func `equals do not push each other out`() {
    var shares = FairShares<Int>(places: 2)
    for (member, source) in [(0, alice), (1, bob)] {
      _ = shares.admit(member, from: source)
      shares.establish(member)
    }
    #expect(shares.admit(2, from: mallory) == .refused)
    #expect(shares.admit(3, from: alice) == .refused)
  }

  @Test func `a source that only opens pushes out its own`() {
    var shares = FairShares<Int>(places: 4)
    _ = shares.admit(100, from: alice)
    for member in 0..<1000 {
      let verdict = shares.admit(member, from: mallory)
      #expect(verdict != .refused && verdict != .replaces(100))
    }
    #expect(shares.contains(100) && shares.count == 4)
  }

  @Test func `pending members of many sources give way to a new one`() {
    var shares = FairShares<Int>(places: 4)
    for member in 0..<4 { _ = shares.admit(member, from: .address(UInt32(50 + member))) }
    #expect(shares.admit(4, from: alice) == .replaces(0))
  }

  @Test func `an established viewer is safe from a flood of pending ones`() {
    var shares = FairShares<Int>(places: 3)
    for (member, source) in [(0, alice), (1, bob)] {
      _ = shares.admit(member, from: source)
      shares.establish(member)
    }
    for member in 10..<500 {
      let verdict = shares.admit(member, from: .address(UInt32(1000 + member)))
      #expect(verdict == .admitted || verdict == .replaces(member - 1))
    }
    #expect(shares.contains(0) && shares.contains(1))
  }

  @Test func `privileged members have places of their own, and no more`() {
    var shares = FairShares<Int>(places: 1, reserved: 1)
    _ = shares.admit(0, from: mallory)
    #expect(shares.admit(1, from: .loopback, isPrivileged: true) == .admitted)
    for member in 10..<20 { #expect(shares.admit(member, from: mallory) != .replaces(1)) }
    #expect(shares.admit(2, from: .loopback, isPrivileged: true) != .admitted, "the reserved place is taken")
    shares.remove(1)
    #expect(shares.admit(3, from: .loopback, isPrivileged: true) == .admitted)
  }

  @Test func `a privileged member that proved of no use gives way to another privileged one`() {
    var shares = FairShares<Int>(places: 1, reserved: 2)
    for member in 0..<2 { _ = shares.admit(member, from: .loopback, isPrivileged: true) }
    _ = shares.admit(2, from: alice)
    for member in [0, 2] { shares.establish(member) }
    #expect(shares.admit(3, from: .loopback, isPrivileged: true) == .replaces(1))
    shares.establish(3)
    #expect(shares.admit(4, from: .loopback, isPrivileged: true) == .refused)
    #expect(shares.count == 3)
  }

  @Test func `one that becomes privileged gives way no more, and makes room`() {
    var shares = FairShares<Int>(places: 2, reserved: 1)
    for member in 0..<2 {
      _ = shares.admit(member, from: mallory)
      shares.establish(member)
    }
    #expect(shares.privilege(0) == true)
    #expect(shares.privilege(0) == true, "it is so already")
    #expect(shares.count(of: mallory) == 1)
    #expect(shares.privilege(1) == false, "the reserved place is taken")
    #expect(shares.privilege(7) == false, "nobody")
    #expect(shares.admit(2, from: mallory) == .admitted)
    shares.establish(2)
    #expect(shares.admit(3, from: alice) == .replaces(1))
    shares.remove(0)
    #expect(shares.privilege(2) == true)
    #expect(shares.count(of: mallory) == 0)
  }

  @Test func `with no place at all everybody is refused`() {
    var shares = FairShares<Int>(places: 0)
    #expect(shares.admit(0, from: alice) == .refused)
    #expect(shares.count == 0)
  }

  /// Whatever is asked, the places hold, and what is counted is what is there.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the places hold, whatever comes and goes`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var shares = FairShares<Int>(places: 20, reserved: 3)
    var alive: Set<Int> = []
    for member in 0..<5000 {
      switch shares.admit(
        member, from: .address(UInt32.random(in: 0..<8, using: &random)),
        isPrivileged: Int.random(in: 0..<50, using: &random) == 0)
      {
      case .admitted: alive.insert(member)
      case .replaces(let victim):
        #expect(alive.remove(victim) != nil)
        alive.insert(member)
      case .refused: break
      }
      if Bool.random(using: &random), let one = alive.min() { shares.establish(one) }
      if Int.random(in: 0..<40, using: &random) == 0, let one = alive.max() { shares.privilege(one) }
      if Int.random(in: 0..<4, using: &random) == 0, let one = alive.max() {
        shares.remove(one)
        alive.remove(one)
      }
      #expect(alive.count == shares.count && shares.count <= 23)
      #expect((0..<8).map { shares.count(of: .address($0)) }.reduce(0, +) <= 20)
    }
  }
}
