import SansIO
import Signalling
import Testing

@Suite struct SignallingSessionTests {
  private static let second: UInt64 = 1_000_000_000
  private static let hello = #"{"type":"hello","id":1}"#
  private static let operatorMessages = [
    #"{"type":"preset/goto","id":3,"preset":2,"scope":"programme"}"#, #"{"type":"playlist/next","id":3}"#,
    #"{"type":"transport/pause","id":3}"#, #"{"type":"preset/remove","id":3,"number":1}"#,
    #"{"type":"preset/set","id":3,"preset":{"number":7,"name":"x","yaw":0,"pitch":0,"roll":0,"fov":90}}"#,
  ]

  private let pin = PINGuard(pin: "482913")

  private func session(saying text: String? = hello) -> SignallingSession {
    var session = SignallingSession(pin: pin, source: "a", at: 0)
    if let text { _ = session.receive(Array(text.utf8), at: 0) }
    return session
  }

  private func codes(_ actions: [SignallingAction]) -> [SignallingError.Code] {
    actions.compactMap { if case .reply(.error(let error)) = $0 { error.code } else { nil } }
  }

  @Test func `hello joins as a viewer`() {
    var session = session(saying: nil)
    #expect(!session.isJoined)
    #expect(
      session.receive(Array(#"{"type":"hello","id":1,"preset":3}"#.utf8), at: 0) == [
        .join(id: 1, preset: 3, follow: nil)
      ])
    #expect(session.isJoined)
    #expect(session.role == .viewer)
    #expect(session.deadline == nil)
  }

  @Test func `before hello there is only ping`() {
    var session = session(saying: nil)
    #expect(session.receive(Array(#"{"type":"ping","id":4}"#.utf8), at: 0) == [.ping(id: 4)])
    for text in Self.operatorMessages + [
      #"{"type":"offer","sdp":""}"#, #"{"type":"follow"}"#, #"{"type":"candidate"}"#,
    ] {
      #expect(codes(session.receive(Array(text.utf8), at: 0)) == [.notJoined])
    }
    #expect(session.receive(Array(Self.hello.utf8), at: 0) == [.join(id: 1, preset: nil, follow: nil)])
  }

  @Test func `a hello that never comes closes the connection`() {
    var session = session(saying: nil)
    #expect(session.deadline == 10 * Self.second)
    #expect(session.advance(to: 10 * Self.second - 1).isEmpty)
    #expect(session.advance(to: 10 * Self.second) == [.close(code: 1008, reason: "no hello")])
    #expect(session.receive(Array(Self.hello.utf8), at: 11 * Self.second).isEmpty)
    #expect(session.advance(to: 30 * Self.second).isEmpty)
  }

  @Test(
    arguments: [
      (#"{"type":"offer","id":2,"sdp":"x","preset":4}"#, [.answerOffer(id: 2, sdp: "x", preset: 4)]),
      (#"{"type":"candidate"}"#, []),
      (#"{"type":"preset/goto","id":3,"preset":2}"#, [.switchPreset(id: 3, preset: 2, scope: .me)]),
      (#"{"type":"follow"}"#, [.follow(id: nil)]),
    ] as [(String, [SignallingAction])])
  func `a viewer may watch and choose for itself`(text: String, actions: [SignallingAction]) {
    var session = session()
    #expect(session.receive(Array(text.utf8), at: 0) == actions)
  }

  @Test(arguments: operatorMessages)
  func `what others see is changed by operators only`(text: String) {
    var viewer = session()
    let refusal = viewer.receive(Array(text.utf8), at: 0)
    #expect(refusal == [.reply(.error(.init(.notOperator, "This needs the operator PIN.", id: 3)))])
    var `operator` = session(saying: #"{"type":"hello","pin":"482913"}"#)
    #expect(`operator`.role == .operator)
    let actions = `operator`.receive(Array(text.utf8), at: 0)
    #expect(actions.count == 1)
    #expect(codes(actions).isEmpty)
  }

  @Test func `a wrong PIN joins as a viewer, and the fifth closes`() {
    var session = session(saying: nil)
    for _ in 1...4 {
      let actions = session.receive(Array(#"{"type":"hello","id":7,"pin":"000000"}"#.utf8), at: 0)
      #expect(codes(actions) == [.wrongPin])
      #expect(actions.last == .join(id: 7, preset: nil, follow: nil))
      #expect(session.role == .viewer)
    }
    let last = session.receive(Array(#"{"type":"hello","pin":"000000"}"#.utf8), at: 0)
    #expect(last.last == .close(code: 1008, reason: "too many wrong PINs"))
  }

  @Test func `wrong PINs are slow, over however many connections`() {
    func join(at now: UInt64) -> [SignallingError.Code] {
      var session = SignallingSession(pin: pin, source: "a", at: now)
      return codes(session.receive(Array(#"{"type":"hello","pin":"0"}"#.utf8), at: now))
    }
    for _ in 1...10 { #expect(join(at: 0) == [.wrongPin]) }
    for _ in 1...10 { #expect(join(at: 0) == [.rateLimited]) }
    #expect(pin.check("482913", from: "a", at: 5 * Self.second) == .tooMany)
    #expect(pin.check("482913", from: "a", at: 7 * Self.second) == .right)
    #expect(join(at: 7 * Self.second) == [.wrongPin])
    #expect(join(at: 7 * Self.second) == [.rateLimited])
    #expect(pin.check("48291", from: "a", at: 700 * Self.second) == .wrong)
    #expect(pin.check("4829130", from: "a", at: 700 * Self.second) == .wrong)
    #expect(PINGuard(pin: "").check("", from: "a", at: 0) == .wrong)
  }

  @Test func `no stranger can lock the operator out, however many there are`() {
    for second in 0..<2000 as Range<UInt64> {
      for stranger in ["x", "y", "z\(second % 500)"] { _ = pin.check("0", from: stranger, at: second * Self.second) }
    }
    #expect(pin.check("482913", from: "x", at: 2000 * Self.second) == .tooMany)
    #expect(pin.check("482913", from: "operator", at: 2000 * Self.second) == .right)
    // A slip of the finger is forgiven too, and after it there is a wait.
    #expect(pin.check("482931", from: "operator", at: 2001 * Self.second) == .wrong)
    #expect(pin.check("482913", from: "operator", at: 2002 * Self.second) == .tooMany)
    #expect(pin.check("482913", from: "operator", at: 2602 * Self.second) == .right)
  }

  @Test func `many sources together get few tries`() {
    var wrong = 0
    for second in 0..<3600 as Range<UInt64> {
      for source in 0..<200 where pin.check("0", from: "\(source)", at: second * Self.second) == .wrong { wrong += 1 }
    }
    // The first hundred and one a minute from whoever is quick; then six an hour from each.
    #expect(wrong <= 100 + 60 + 200 * 6 + 200)
  }

  @Test func `what is remembered of sources is bounded`() {
    for source in 0..<5000 { #expect(pin.check("0", from: "\(source)", at: UInt64(source)) == .wrong) }
    #expect(pin.check("0", from: "0", at: 5000) == .wrong)
    #expect(pin.check("482913", from: "4999", at: 5000) == .tooMany)
  }

  @Test func `a malformed message costs an error, and the connection lives`() {
    var session = session()
    #expect(codes(session.receive(Array("{".utf8), at: 0)) == [.badMessage])
    #expect(codes(session.receive(Array(#"{"type":"dance"}"#.utf8), at: 0)) == [.unknownType])
    #expect(session.receive(Array(#"{"type":"ping"}"#.utf8), at: 0) == [.ping(id: nil)])
  }

  @Test func `an oversized message closes the connection`() {
    var session = session()
    let actions = session.receive(Array(repeating: 0x20, count: 65537), at: 0)
    #expect(codes(actions) == [.tooLarge])
    #expect(actions.last == .close(code: 1009, reason: "message too large"))
    #expect(session.receive(Array(#"{"type":"ping"}"#.utf8), at: 0).isEmpty)
  }

  @Test func `twenty messages a second are fine for ever`() {
    var session = session()
    for index in 1...2000 as ClosedRange<UInt64> {
      #expect(session.receive(Array(#"{"type":"ping"}"#.utf8), at: index * Self.second / 20) == [.ping(id: nil)])
    }
  }

  @Test func `a flood is told once, ignored, and then closed`() {
    var session = session()
    var replies: [SignallingAction] = []
    for _ in 0..<1000 { replies += session.receive(Array(#"{"type":"ping"}"#.utf8), at: 0) }
    #expect(replies.count { $0 == .ping(id: nil) } == 39)
    #expect(codes(replies) == [.rateLimited])
    #expect(replies.last == .close(code: 1008, reason: "too many messages"))
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `messages with damaged bytes never trap`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var session = session(saying: #"{"type":"hello","pin":"482913"}"#)
    for round in 0..<2000 as Range<UInt64> {
      var bytes = Array(Self.operatorMessages[Int.random(in: 0..<5, using: &random)].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      #expect(session.receive(bytes, at: round * Self.second).count <= 1)
    }
  }
}
