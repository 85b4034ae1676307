import ICE
import SansIO
import Testing
import WebRTCTestPeer

@Suite struct ICEAgentTests {
  private static let connected = ICEAgent.Event.connected(
    NetworkPath(local: ICENetwork.server, remote: ICENetwork.browser))

  /// A check as the peer of `network` would sign it.
  private func check(
    _ network: ICENetwork, transaction: UInt64 = 1, nominates: Bool = true, priority: UInt32 = 1,
    adding attributes: [STUNAttribute] = [.iceControlling(tieBreaker: 1)], username: String? = nil
  ) -> STUNMessage {
    let name = username ?? "\(network.agent.local.ufrag):\(network.agent.remote.ufrag)"
    return STUNMessage(
      .request, transaction: .init(high: 0, low: transaction),
      attributes: [.username(name), .priority(priority)] + attributes + (nominates ? [.useCandidate] : []))
  }

  @Test func `a peer that checks and nominates is connected and stays so`() {
    var network = ICENetwork(seed: 1)
    network.run(for: .seconds(300))
    #expect(network.agentEvents == [Self.connected])
    #expect(network.peerEvents == [.connected(local: ICENetwork.browser, remote: ICENetwork.server)])
    #expect(network.agent.isVerified(ICENetwork.browser))
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser)
    #expect(network.agent.drops.isEmpty)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `a network that loses, repeats, reorders and damages connects in the end`(seed: UInt64) {
    let conditions = LossyLink.Conditions(loss: 0.3, duplication: 0.1, corruption: 0.05, reordering: 0.3)
    var network = ICENetwork(
      seed: seed, conditions: conditions, pairs: [ICENetwork.pair, ICENetwork.pair6], aggressive: seed.isMultiple(of: 2)
    )
    network.run(for: .seconds(120))
    #expect(network.peerEvents.count == 1)
    #expect(network.agent.selectedPath?.remote == network.peer.selectedPair?.local)
    #expect(!network.agentEvents.contains(.consentExpired))
  }

  @Test func `consent ends thirty seconds after the last check, and nothing is answered any more`() {
    var network = ICENetwork(seed: 2)
    network.run(for: .seconds(10))
    network.isUp = false
    network.run(for: .seconds(25))
    #expect(network.agent.selectedPath != nil)
    network.run(for: .seconds(10))
    #expect(network.agentEvents == [Self.connected, .consentExpired])
    #expect(network.peerEvents.last == .consentExpired)
    #expect(network.agent.selectedPath == nil)
    #expect(!network.agent.isVerified(ICENetwork.browser))
    #expect(network.agent.deadline == nil)
    #expect(network.inject(check(network).encoded(password: network.agent.local.password)).isEmpty)
  }

  @Test func `a check that is not nominating verifies an address and connects nothing`() {
    var network = ICENetwork(seed: 3)
    let bytes = check(network, nominates: false).encoded(password: network.agent.local.password)
    // A question of our own, and the answer.
    #expect(network.inject(bytes).count == 2)
    #expect(network.agentEvents.isEmpty)
    #expect(network.agent.isVerified(ICENetwork.browser) && !network.agent.isProven(ICENetwork.browser))
  }

  @Test func `forged checks get no answer and change nothing`() {
    var network = ICENetwork(seed: 4)
    let password = network.agent.local.password
    let message = check(network)
    let wrongNames = ["\(network.agent.local.ufrag):xxxx", "xxxx:\(network.agent.remote.ufrag)", ""]
    #expect(network.inject(message.encoded(password: "guessed guessed guessed")).isEmpty)
    #expect(network.inject(message.encoded()).isEmpty)
    #expect(network.inject(message.encoded(password: password, fingerprint: false)).isEmpty)
    for name in wrongNames {
      #expect(network.inject(check(network, username: name).encoded(password: password)).isEmpty)
    }
    #expect(
      network.inject(STUNMessage(.success, transaction: .init(high: 0, low: 0)).encoded(password: password)).isEmpty)
    #expect(network.inject([0, 1, 0, 0]).isEmpty)
    #expect(
      network.agent.drops == [.notAuthentic: 2, .noFingerprint: 1, .wrongUsername: 3, .unexpected: 1, .malformed: 1])
    #expect(network.agentEvents.isEmpty)
    #expect(!network.agent.isVerified(ICENetwork.browser))
  }

  @Test func `a replay from another address is dropped, one from the same is answered and renews nothing`() {
    var network = ICENetwork(seed: 5)
    let password = network.agent.local.password
    let bytes = check(network).encoded(password: password)
    let attacker = TransportAddress(.v4(0xCB00_7101), port: 666)
    #expect(network.inject(bytes).count == 2)
    #expect(network.inject(bytes, from: attacker).isEmpty)
    #expect(network.agent.drops == [.replayed: 1])
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser)
    #expect(!network.agent.isVerified(attacker))

    network.now = network.now + .seconds(20)
    #expect(network.inject(bytes).count == 2)
    network.now = network.now + .seconds(10)
    network.agent.advance(to: network.now)
    #expect(network.agent.selectedPath == nil)
  }

  @Test(arguments: [ICENetwork.browser, ICENetwork.browser6])
  func `no answer is bigger than its question`(source: TransportAddress) {
    for attributes: [STUNAttribute] in [[], [.other(type: 0x7001, value: [])], [.iceControlled(tieBreaker: 1)]] {
      for padding in stride(from: 0, through: 64, by: 4) {
        var network = ICENetwork(seed: 6)
        var message = check(network, nominates: false, adding: attributes)
        if padding == 0 { message.attributes.removeAll { $0.type == 0x24 } }
        if padding > 4 {
          message.attributes.append(.other(type: 0x8001, value: Array(repeating: 0, count: padding - 4)))
        }
        let bytes = message.encoded(password: network.agent.local.password)
        for answer in network.inject(bytes, from: source) { #expect(answer.payload.count <= bytes.count) }
      }
    }
  }

  @Test func `a peer that claims to be controlled is told of the conflict`() throws {
    var network = ICENetwork(seed: 7)
    let message = check(network, adding: [.iceControlled(tieBreaker: 1)])
    let answer = try #require(network.inject(message.encoded(password: network.agent.local.password)).first)
    #expect(try STUNMessage(answer.payload).errorCode == 487)
    #expect(network.agentEvents.isEmpty)
  }

  @Test func `an attribute that has to be understood and is not gets error 420`() throws {
    var network = ICENetwork(seed: 8)
    let message = check(network, adding: [.other(type: 0x7001, value: [1]), .iceControlling(tieBreaker: 3)])
    let answer = try #require(network.inject(message.encoded(password: network.agent.local.password)).first)
    let parsed = try STUNMessage(answer.payload)
    #expect(parsed.attributes.contains(.unknownAttributes([0x7001])))
    #expect(network.agentEvents.isEmpty)
  }

  @Test func `the peer moves by nominating another address`() {
    var network = ICENetwork(seed: 9, pairs: [ICENetwork.pair, ICENetwork.pair6])
    network.run(for: .seconds(20))
    network.peer.nominate(ICENetwork.pair6, at: network.now)
    network.run(for: .seconds(60))
    let moved = ICEAgent.Event.moved(NetworkPath(local: ICENetwork.server6, remote: ICENetwork.browser6))
    #expect(network.agentEvents == [Self.connected, moved])
    #expect(network.agent.selectedPath?.local == ICENetwork.server6)
  }

  @Test func `of many addresses that nominate at once, the highest priority holds`() throws {
    var network = ICENetwork(seed: 10)
    let password = network.agent.local.password
    let other = TransportAddress(.v4(0xC000_0208), port: 1)
    _ = network.inject(check(network, transaction: 1, priority: 100).encoded(password: password))
    _ = network.inject(check(network, transaction: 2, priority: 50).encoded(password: password), from: other)
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser)
    let answers = network.inject(check(network, transaction: 3, priority: 200).encoded(password: password), from: other)
    _ = network.inject(try answer(try #require(answers.first), network), from: other)
    #expect(network.agent.selectedPath?.remote == other)
  }

  /// What a peer that got `challenge` answers.
  private func answer(_ challenge: Transmit, _ network: ICENetwork, password: String? = nil) throws -> [UInt8] {
    let transaction = try STUNMessage(challenge.payload).transaction
    return STUNMessage(.success, transaction: transaction, attributes: [.xorMappedAddress(challenge.path.local)])
      .encoded(password: password ?? network.peer.local.password)
  }

  @Test func `nothing goes to another address before the peer has answered from there`() throws {
    var network = ICENetwork(seed: 12)
    let password = network.agent.local.password
    let (stranger, other) = (TransportAddress(.v4(0xCB00_7101), port: 80), TransportAddress(.v4(0xC000_0208), port: 1))
    _ = network.inject(check(network, transaction: 1).encoded(password: password))
    var challenges: [Transmit] = []
    for transaction: UInt64 in 2...20 {
      // Signed and fresh, and from where the peer is not.
      let bytes = check(network, transaction: transaction).encoded(password: password)
      let answers = network.inject(bytes, from: stranger)
      #expect(
        answers.count == 2 && answers.allSatisfy { $0.path.remote == stranger && $0.payload.count <= bytes.count })
      challenges.append(try #require(answers.first))
    }
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser)
    let ids = try challenges.map { try STUNMessage($0.payload).transaction }
    #expect(Set(ids).count == ids.count)
    let last = try #require(challenges.last)
    // Answers that come from elsewhere, are signed wrongly, or answer nothing prove nothing.
    #expect(network.inject(try answer(last, network), from: other).isEmpty)
    #expect(network.inject(try answer(last, network, password: "guessed guessed guessed"), from: stranger).isEmpty)
    #expect(network.inject(try answer(challenges[0], network), from: stranger).isEmpty)
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser)
    #expect(network.agentEvents == [Self.connected])
    #expect(network.agent.drops == [.unexpected: 2, .notAuthentic: 1])

    _ = network.inject(try answer(last, network), from: stranger)
    #expect(network.agent.selectedPath?.remote == stranger)
    // A proven address is not asked again, the first one is.
    #expect(network.inject(check(network, transaction: 30).encoded(password: password)).count == 2)
    #expect(network.agent.selectedPath?.remote == stranger)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a move gets through a network that loses a third of everything`(seed: UInt64) {
    var network = ICENetwork(seed: seed, pairs: [ICENetwork.pair, ICENetwork.pair6])
    network.run(for: .seconds(10))
    (network.up.conditions.loss, network.down.conditions.loss) = (0.33, 0.33)
    network.peer.nominate(ICENetwork.pair6, at: network.now)
    network.run(for: .seconds(25))
    #expect(network.agent.selectedPath?.remote == ICENetwork.browser6)
    #expect(network.peer.checksAnswered > 0)
  }

  @Test func `a peer on ever new addresses is remembered up to a bound, the nominated one always`() {
    var network = ICENetwork(seed: 11)
    let password = network.agent.local.password
    _ = network.inject(check(network, transaction: 1).encoded(password: password))
    for port in 1...1000 as ClosedRange<UInt16> {
      let address = TransportAddress(.v4(0xC000_0209), port: port)
      network.now = network.now + .milliseconds(1)
      let bytes = check(network, transaction: UInt64(port) + 1, nominates: false).encoded(password: password)
      #expect(network.inject(bytes, from: address).count == 2)
    }
    let known = (1...1000 as ClosedRange<UInt16>).count { port in
      network.agent.isVerified(TransportAddress(.v4(0xC000_0209), port: port))
    }
    #expect(known == ICEAgent.maximumPaths - 1)
    #expect(network.agent.isVerified(ICENetwork.browser))
  }
}
