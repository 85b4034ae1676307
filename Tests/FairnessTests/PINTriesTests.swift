import Fairness
import SansIO
import Testing

struct PINTriesTests {
  private static let second: UInt64 = 1_000_000_000
  private let home = Source.neighbour(LinkLayerAddress(0x0200_5E00_5301))

  private func tries(_ text: String) throws -> PINTries { PINTries(pin: try #require(PIN(text))) }

  @Test func `a source may be wrong five times at once and once in ten seconds after that`() throws {
    var tries = try tries("7K3MQ9XA")
    for _ in 0..<5 { #expect(tries.check("0000-0000", from: home, at: 0) == .wrong) }
    #expect(tries.check("0000-0000", from: home, at: 0) == .slowed(seconds: 10))
    #expect(tries.check("7K3M-Q9XA", from: home, at: 9 * Self.second) == .slowed(seconds: 1), "nothing is compared")
    #expect(tries.check("7K3M-Q9XA", from: home, at: 10 * Self.second) == .right)
    #expect(tries.check("0000-0000", from: home, at: 10 * Self.second) == .wrong)
    #expect(tries.check("0000-0000", from: home, at: 11 * Self.second) == .slowed(seconds: 9))
  }

  @Test func `a right PIN costs nothing, however often it comes`() throws {
    var tries = try tries("1234")
    for _ in 0..<10_000 { #expect(tries.check("1234", from: home, at: 0) == .right) }
  }

  /// Strangers who guess as fast as they are let; the operator comes after `minutes`, first with a slip of the finger.
  private struct Siege {
    var compared = 0
    var operatorWaited = -1.0
  }

  private func siege(
    _ pin: String, strangers: UInt32, minutes: UInt64, slips: Int, step: UInt64 = second / 2
  ) throws -> Siege {
    var tries = try tries(pin)
    var siege = Siege()
    let arrival = minutes * 60 * Self.second
    var now: UInt64 = 0
    var slips = slips
    var retryAt = arrival
    while siege.operatorWaited < 0, now < arrival + 3600 * Self.second {
      for stranger in 0..<strangers where tries.check("0000", from: .address(stranger), at: now) == .wrong {
        siege.compared += 1
      }
      if now >= retryAt {
        switch tries.check(slips > 0 ? "9999" : pin, from: home, at: now) {
        case .right: siege.operatorWaited = Double(now - arrival) * 1e-9
        case .wrong: slips -= 1
        case .slowed(let seconds): retryAt = now + UInt64(seconds) * Self.second
        }
      }
      now += step
    }
    let allowed = (tries.rate * (86_400 + Double(now) * 1e-9)).rounded(.up)
    #expect(Double(siege.compared) <= allowed, "\(siege.compared) of \(allowed)")
    return siege
  }

  @Test(arguments: [0, 1, 4])
  func `eleven hundred machines that guess do not keep the operator out, slips of the finger included`(
    slips: Int
  ) throws {
    let siege = try siege("7K3MQ9XA", strangers: 1100, minutes: 10, slips: slips)
    print("compared \(siege.compared), the operator waited \(siege.operatorWaited) s")
    #expect((0...3).contains(siege.operatorWaited))
    // Each source's own budget: five and six a minute.
    #expect(siege.compared <= 1100 * (5 + 61))
  }

  @Test(arguments: [0, 10, 48 * 60] as [UInt64])
  func `with six digits too, at any time, and they are compared as often as a year of guessing allows`(
    minutes: UInt64
  ) throws {
    let siege = try siege(
      "482913", strangers: 1100, minutes: minutes, slips: 0, step: minutes > 60 ? 120 * Self.second : Self.second / 2)
    print("compared \(siege.compared), the operator waited \(siege.operatorWaited) s")
    #expect((0...3).contains(siege.operatorWaited))
  }

  @Test func `a stream of machines that were never seen is bounded, and who was right before goes on`() throws {
    var tries = try tries("482913")
    #expect(tries.check("482913", from: home, at: 0) == .right)
    var compared = 0
    for stranger in 0..<200_000 as Range<UInt32> {
      let now = UInt64(stranger) * Self.second / 100
      if tries.check("000000", from: .address(stranger), at: now) == .wrong { compared += 1 }
    }
    #expect(compared <= 1372 + 32)
    let now = 2000 * Self.second
    #expect(tries.check("482913", from: home, at: now) == .right)
    // A slip of its own finger does not change that, but guessing does.
    #expect(tries.check("000000", from: home, at: now) == .wrong)
    #expect(tries.check("482913", from: home, at: now) == .right)
    for _ in 0..<4 { #expect(tries.check("000000", from: home, at: now) == .wrong) }
    for wait in [10, 20, 30] as [UInt64] {
      guard case .slowed = tries.check("482913", from: home, at: now + wait * Self.second) else {
        Issue.record("who guesses is no operator")
        return
      }
    }
  }

  @Test func `the share of a short PIN's comparisons is that of its length`() throws {
    #expect(abs(PINTries.perDay(try #require(PIN("1234"))) - 13.7) < 0.1)
    #expect(abs(PINTries.perDay(try #require(PIN("482913"))) - 1371.4) < 0.1)
    #expect(abs(try tries("7K3MQ9XA").rate - 17_452) < 1)
  }

  @Test func `time that goes backwards gives nothing away`() throws {
    var tries = try tries("7K3MQ9XA")
    for _ in 0..<5 { _ = tries.check("0", from: home, at: 100 * Self.second) }
    for now in [0, 50, 100, 1] as [UInt64] {
      guard case .slowed = tries.check("0", from: home, at: now * Self.second) else {
        Issue.record("compared at \(now)")
        return
      }
    }
  }
}
