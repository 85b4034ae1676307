import ICE
import SansIO
import WebRTCTestPeer

/// A lite agent and a controlling one with a bad network between them, in virtual time.
struct ICENetwork {
  static let server = TransportAddress(.v4(0xC000_0201), port: 8189)
  static let server6 = TransportAddress(.v6(high: 0x2001_0DB8_0000_0000, low: 1), port: 8189)
  static let browser = TransportAddress(.v4(0xC000_0207), port: 50001)
  static let browser6 = TransportAddress(.v6(high: 0x2001_0DB8_0000_0000, low: 7), port: 50002)

  static let pair = NetworkPath(local: browser, remote: server)
  static let pair6 = NetworkPath(local: browser6, remote: server6)

  var now = Instant(nanoseconds: 0)
  var agent: ICEAgent
  var peer: ICEControllingAgent
  var up: LossyLink
  var down: LossyLink
  var agentEvents: [ICEAgent.Event] = []
  var peerEvents: [ICEControllingAgent.Event] = []
  /// Everything that the peer sent, for replays.
  var sent: [Transmit] = []
  var isUp = true

  init(
    seed: UInt64, conditions: LossyLink.Conditions = .init(), pairs: [NetworkPath] = [ICENetwork.pair],
    aggressive: Bool = false
  ) {
    var generator = SeededGenerator(seed: seed)
    let lite = ICECredentials(random: &generator)
    let browser = ICECredentials(random: &generator)
    agent = ICEAgent(lite: lite, remote: browser, random: &generator)
    peer = ICEControllingAgent(local: browser, remote: lite, pairs: pairs, seed: generator.next(), at: now)
    peer.nominatesAggressively = aggressive
    up = LossyLink(conditions, seed: generator.next())
    down = LossyLink(conditions, seed: generator.next())
  }

  /// Lets `duration` pass: always to the next deadline or arrival.
  mutating func run(for duration: Duration) {
    let end = now + duration
    drain()
    while true {
      let times = [agent.deadline, peer.deadline, up.deadline, down.deadline].compactMap { $0 }
      guard let next = times.min(), next <= end else { break }
      now = max(now, next)
      agent.advance(to: now)
      peer.advance(to: now)
      while let datagram = up.receive(at: now) {
        agent.receive(datagram.payload.span.bytes, on: datagram.path.reversed, at: now)
        drain()
      }
      while let datagram = down.receive(at: now) {
        peer.receive(datagram.payload.span.bytes, on: datagram.path.reversed, at: now)
        drain()
      }
      drain()
    }
    now = end
  }

  /// Hands a datagram to the agent and returns its answers.
  mutating func inject(_ payload: [UInt8], from: TransportAddress = ICENetwork.browser) -> [Transmit] {
    agent.receive(payload.span.bytes, on: NetworkPath(local: Self.server, remote: from), at: now)
    var answers: [Transmit] = []
    while let output = agent.pollOutput() {
      switch output {
      case .transmit(let datagram): answers.append(datagram)
      case .event(let event): agentEvents.append(event)
      }
    }
    return answers
  }

  private mutating func drain() {
    while let output = agent.pollOutput() {
      switch output {
      case .transmit(let datagram): if isUp { down.send(datagram, at: now) }
      case .event(let event): agentEvents.append(event)
      }
    }
    while let output = peer.pollOutput() {
      switch output {
      case .transmit(let datagram):
        sent.append(datagram)
        if isUp { up.send(datagram, at: now) }
      case .event(let event): peerEvents.append(event)
      }
    }
  }
}
