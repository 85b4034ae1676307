import DTLS
import SansIO

/// A client and a server over a seeded link in virtual time.
struct HandshakePair: ~Copyable {
  var client: DTLSTransport
  var server: DTLSTransport
  /// Which of the datagrams are lost: one decision per datagram, in the order that they are sent.
  var isLost: (_ datagram: [UInt8], _ index: Int) -> Bool = { _, _ in false }
  /// Changes datagrams on their way.
  var tamper: ([UInt8]) -> [[UInt8]] = { [$0] }
  /// Whether those to the client are changed too.
  var harmsClient = true
  private(set) var now = Instant(nanoseconds: 1_000_000_000)
  private(set) var clientEvents: [DTLSTransport.Event] = []
  private(set) var serverEvents: [DTLSTransport.Event] = []
  private(set) var sent: [[UInt8]] = []

  static let clientCertificate = try! Certificate.generate()
  static let serverCertificate = try! Certificate.generate()

  init(
    clientAccepts: [Fingerprint] = [HandshakePair.serverCertificate.fingerprint],
    serverAccepts: [Fingerprint] = [HandshakePair.clientCertificate.fingerprint],
    clientProfiles: String = DTLSTransport.protectionProfiles
  ) throws {
    let client = try DTLSTransport(
      role: .client, certificate: Self.clientCertificate, accepting: clientAccepts, profiles: clientProfiles)
    let server = try DTLSTransport(role: .server, certificate: Self.serverCertificate, accepting: serverAccepts)
    self.client = client
    self.server = server
  }

  /// The first datagram of a client that only begins.
  static func strayHello(at now: Instant = Instant(nanoseconds: 0)) throws -> [UInt8]? {
    var client = try DTLSTransport(
      role: .client, certificate: clientCertificate, accepting: [serverCertificate.fingerprint])
    client.start(at: now)
    return client.pollDatagram()
  }

  var clientKeys: SRTPKeyingMaterial? { Self.keys(clientEvents) }
  var serverKeys: SRTPKeyingMaterial? { Self.keys(serverEvents) }

  private static func keys(_ events: [DTLSTransport.Event]) -> SRTPKeyingMaterial? {
    for case .connected(let keys) in events { return keys }
    return nil
  }

  /// Starts the client and lets the time pass until both are quiet or `limit` is over.
  mutating func run(for limit: Duration = .seconds(120)) {
    let end = now + limit
    client.start(at: now)
    while true {
      deliver()
      guard let due = [client.deadline, server.deadline].compactMap({ $0 }).min(), due < end else { return }
      now = due
      client.advance(to: now)
      server.advance(to: now)
    }
  }

  /// Passes datagrams on until both sides are silent.
  mutating func deliver() {
    var isBusy = true
    while isBusy {
      isBusy = false
      while let datagram = client.pollDatagram() {
        isBusy = true
        for copy in passed(datagram) { server.receive(copy.span.bytes, at: now) }
      }
      while let datagram = server.pollDatagram() {
        isBusy = true
        for copy in passed(datagram, isTampered: harmsClient) { client.receive(copy.span.bytes, at: now) }
      }
      while let event = client.pollEvent() { clientEvents.append(event) }
      while let event = server.pollEvent() { serverEvents.append(event) }
    }
  }

  private mutating func passed(_ datagram: [UInt8], isTampered: Bool = true) -> [[UInt8]] {
    sent.append(datagram)
    if isLost(datagram, sent.count - 1) { return [] }
    return isTampered ? tamper(datagram) : [datagram]
  }
}
