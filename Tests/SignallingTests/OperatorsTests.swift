import Fairness
import SansIO
import Signalling
import Synchronization
import Testing

@Suite struct OperatorsTests {
  private let pin: PIN

  init() throws { pin = try #require(PIN("7K3M-Q9XA")) }

  private func operators(_ devices: [OperatorDevice] = []) -> Operators {
    // Not a hash that keeps a secret; these tests have none.
    Operators(pin: pin, devices: devices, hash: { $0.reversed() })
  }

  @Test func `a text is a token or a PIN by its length`() {
    #expect(OperatorClaim("7k3m-q9xa") == .pin("7k3m-q9xa"))
    let long = String(repeating: "A", count: 43)
    #expect(OperatorClaim(long) == .token(long))
  }

  @Test func `a token is 32 bytes that are not kept, and is known again by its hash after a start`() throws {
    var random = SeededGenerator(seed: 1)
    let first = operators()
    let (device, token) = first.add(name: "Phone", date: 10, using: &random)
    #expect(token.utf8.count == 43)
    #expect(token.utf8.allSatisfy { UnicodeScalar($0).properties.isAlphabetic || "0123456789-_".utf8.contains($0) })
    let second = operators(first.devices)
    #expect(
      second.check(.token(token), from: .address(1), at: 0, date: 99)
        == .granted(OperatorGrant(device: device.id, name: "Phone")))
    #expect(second.devices.map(\.used) == [99] && second.devices.map(\.added) == [10])
    #expect(second.counts.tokens == 1)
  }

  @Test func `every token reads back, and a changed character makes it another one`() {
    var random = SeededGenerator(seed: 2)
    let operators = operators()
    for _ in 0..<200 {
      let (device, token) = operators.add(name: "x", date: 0, using: &random)
      #expect(
        operators.check(.token(token), from: .address(1), at: 0, date: 0)
          == .granted(OperatorGrant(device: device.id, name: "x")))
      var changed = Array(token.utf8)
      let place = Int.random(in: 0..<43, using: &random)
      changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      let other = String(decoding: changed, as: UTF8.self)
      #expect(operators.check(.token(other), from: .address(1), at: 0, date: 0) == .unknownToken)
    }
  }

  @Test(arguments: ["", "abc", String(repeating: "=", count: 43), String(repeating: "A", count: 1_000_000)])
  func `nonsense is no token`(text: String) {
    #expect(operators().check(.token(text), from: .address(1), at: 0, date: 0) == .unknownToken)
  }

  @Test func `there are a hundred devices at most, and the one not used for longest goes`() {
    var random = SeededGenerator(seed: 4)
    let operators = operators()
    let made = (0..<100).map { operators.add(name: "\($0)", date: Int64($0), using: &random) }
    _ = operators.check(.token(made[0].token), from: .address(1), at: 0, date: 1000)
    let last = operators.add(name: "last", date: 1001, using: &random)
    #expect(operators.devices.count == 100)
    #expect(!operators.holds(OperatorGrant(device: made[1].device.id, name: "1")))
    for kept in [made[0], made[2], last] {
      #expect(operators.holds(OperatorGrant(device: kept.device.id, name: "")))
    }
  }

  @Test func `what is revoked is gone, once`() {
    var random = SeededGenerator(seed: 5)
    let operators = operators()
    let (device, token) = operators.add(name: "Phone", date: 0, using: &random)
    #expect(operators.revoke(device.id) && !operators.revoke(device.id) && !operators.revoke("nobody"))
    #expect(operators.check(.token(token), from: .address(1), at: 0, date: 0) == .unknownToken)
  }

  @Test(
    arguments: [
      ("Anna's phone", "Anna's phone"), ("  a\n b\u{0}\u{1B}[31m  ", "a b [31m"), ("", "unnamed"),
      ("\u{202E}\u{200B}", "unnamed"),
      (String(repeating: "é", count: 100), String(repeating: "é", count: 64)),
    ])
  func `a name is one line that can be shown`(name: String, shown: String) {
    var random = SeededGenerator(seed: 6)
    #expect(operators().add(name: name, date: 0, using: &random).device.name == shown)
  }

  @Test func `every verdict is counted and told, with its source`() {
    let told = Mutex<[(OperatorVerdict, Source)]>([])
    let operators = Operators(pin: pin, hash: { $0 }) { verdict, source, _ in
      told.withLock { $0.append((verdict, source)) }
    }
    for _ in 0..<6 { _ = operators.check(.pin("0000-0000"), from: .address(1), at: 0, date: 0) }
    _ = operators.check(.pin("7k3mq9xa"), from: .address(2), at: 0, date: 0)
    _ = operators.check(.token(""), from: .address(3), at: 0, date: 0)
    var counts = Operators.Counts()
    (counts.wrongPINs, counts.slowedPINs, counts.rightPINs, counts.unknownTokens) = (5, 1, 1, 1)
    #expect(operators.counts == counts)
    #expect(told.withLock { $0.map(\.1) } == Array(repeating: .address(1), count: 6) + [.address(2), .address(3)])
    #expect(told.withLock { $0[5].0 } == .slowed(seconds: 10))
  }
}
