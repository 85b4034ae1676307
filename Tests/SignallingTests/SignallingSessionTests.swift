import Fairness
import Programme
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

  private let operators: Operators

  init() throws { operators = Operators(pin: try #require(PIN("482913")), hash: { $0 }) }

  private func session(saying text: String? = hello) -> SignallingSession {
    var session = SignallingSession(operators: operators, source: .address(1), at: 0)
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
      (#"{"type":"preset/goto","id":3,"preset":2}"#, [.command(id: 3, .goto(2, .me))]),
      (#"{"type":"follow"}"#, [.command(id: nil, .follow)]),
    ] as [(String, [SignallingAction])])
  func `a viewer may watch and choose for itself`(text: String, actions: [SignallingAction]) {
    var session = session()
    #expect(session.receive(Array(text.utf8), at: 0) == actions)
  }

  @Test(arguments: operatorMessages)
  func `what others see is changed by operators only`(text: String) {
    var viewer = session()
    guard case .command(3, let command)? = viewer.receive(Array(text.utf8), at: 0).first else {
      Issue.record("it is no command")
      return
    }
    var programme = Programme(presets: PresetList([Preset(number: 2, name: "two"), Preset(number: 1, name: "one")]))
    #expect(throws: Refusal.notOperator) {
      try programme.perform(command, by: Client(.socket(1), role: viewer.role), items: 1)
    }
    let refusal = ServerMessage.error(SignallingError(Refusal.notOperator, id: 3))
    #expect(refusal == .error(.init(.notOperator, "This needs the operator PIN.", id: 3)))
    var `operator` = session(saying: #"{"type":"hello","pin":"482913"}"#)
    #expect(`operator`.role == .operator)
    let actions = `operator`.receive(Array(text.utf8), at: 0)
    #expect(actions == [.command(id: 3, command)])
    #expect(throws: Never.self) {
      try programme.perform(command, by: Client(.socket(1), role: `operator`.role), items: 1)
    }
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

  @Test func `wrong PINs are slow, over however many connections, and it is said how slow`() {
    func errors(at now: UInt64, from source: Source = .address(1)) -> [SignallingError] {
      var session = SignallingSession(operators: operators, source: source, at: now)
      let actions = session.receive(Array(#"{"type":"hello","id":7,"pin":"0000"}"#.utf8), at: now)
      return actions.compactMap { if case .reply(.error(let error)) = $0 { error } else { nil } }
    }
    for _ in 1...5 { #expect(errors(at: 0).map(\.code) == [.wrongPin]) }
    let slowed = errors(at: Self.second)
    #expect(slowed.map(\.code) == [.rateLimited])
    #expect(slowed.first?.retryAfter == 9 && slowed.first?.id == 7)
    #expect(slowed.first?.message == "Too many PINs were wrong: the next one is looked at in 9 seconds.")
    let said = slowed.map { String(decoding: ServerMessage.error($0).encoded(), as: UTF8.self) }
    #expect(said.first?.contains(#""retryAfter":9"#) == true)
    #expect(errors(at: Self.second, from: .address(2)).map(\.code) == [.wrongPin])
  }

  @Test func `a token makes an operator until it is revoked, and wrong PINs do not slow it`() {
    var random = SeededGenerator(seed: 3)
    let (device, token) = operators.add(name: "Phone", date: 5, using: &random)
    for _ in 1...9 { _ = operators.check(.pin("0000"), from: .address(1), at: 0, date: 0) }
    var session = session(saying: #"{"type":"hello","id":1,"token":"\#(token)"}"#)
    #expect(session.role == .operator && session.grant == OperatorGrant(device: device.id, name: "Phone"))
    let next = Array(#"{"type":"playlist/next","id":3}"#.utf8)
    #expect(session.receive(next, at: 0) == [.command(id: 3, .playlist(.next))])

    #expect(operators.revoke(device.id))
    #expect(session.role == .viewer && session.isJoined)
    #expect(session.receive(next, at: 0) == [.command(id: 3, .playlist(.next))] && session.role == .viewer)
    let again = session.receive(Array(#"{"type":"hello","id":4,"token":"\#(token)"}"#.utf8), at: 0)
    #expect(codes(again) == [.unknownToken])
    #expect(again.last == .join(id: 4, preset: nil, follow: nil))
  }

  @Test func `a hello without a PIN leaves an operator what it is`() {
    var session = session(saying: #"{"type":"hello","pin":"482913"}"#)
    _ = session.receive(Array(Self.hello.utf8), at: 0)
    #expect(session.role == .operator)
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
