import DTLS
import SansIO

private let certificate = try? Certificate.generate()

/// Feeds a server, and both sides of a handshake, with damaged DTLS records.
///
/// The first byte chooses. Even: the rest is datagrams for a server that has heard nothing, each with its length in two
/// bytes before it. Odd: a handshake takes place, and each of its datagrams is harmed by the next four bytes: what to
/// do (nothing, change a byte, cut, repeat, lose, or put a changed copy in front), where (two bytes), and with what.
public func fuzzDTLSRecords(_ bytes: UnsafeRawBufferPointer) {
  guard let certificate, let first = bytes.first else { return }
  var input = FuzzInput(bytes: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
  do {
    let fingerprints = [certificate.fingerprint]
    var server = try DTLSTransport(role: .server, certificate: certificate, accepting: fingerprints)
    if first & 1 == 0 {
      feed(&server, from: &input)
    } else {
      var client = try DTLSTransport(role: .client, certificate: certificate, accepting: fingerprints)
      shakeHands(&client, &server, harmedBy: &input)
    }
  } catch {
    preconditionFailure("\(error)")
  }
}

private func feed(_ server: inout DTLSTransport, from input: inout FuzzInput) {
  var now = Instant(nanoseconds: 0)
  while let length = input.nextUInt16(), let datagram = input.next(Int(length)) {
    server.receive(datagram.span.bytes, at: now)
    while server.pollDatagram() != nil {}
    while server.pollEvent() != nil {}
    now = now + .milliseconds(50)
    server.advance(to: now)
  }
}

private func shakeHands(
  _ client: inout DTLSTransport, _ server: inout DTLSTransport, harmedBy input: inout FuzzInput
) {
  var now = Instant(nanoseconds: 0)
  client.start(at: now)
  for _ in 0..<64 {
    var isQuiet = true
    while let datagram = client.pollDatagram() {
      isQuiet = false
      for copy in harmed(datagram, by: &input) { server.receive(copy.span.bytes, at: now) }
    }
    while let datagram = server.pollDatagram() {
      isQuiet = false
      for copy in harmed(datagram, by: &input) { client.receive(copy.span.bytes, at: now) }
    }
    while client.pollEvent() != nil {}
    while server.pollEvent() != nil {}
    guard isQuiet else { continue }
    guard let due = [client.deadline, server.deadline].compactMap({ $0 }).min() else { break }
    now = due
    client.advance(to: now)
    server.advance(to: now)
  }
  client.close()
  server.close()
}

private func harmed(_ datagram: [UInt8], by input: inout FuzzInput) -> [[UInt8]] {
  guard let action = input.nextUInt8(), let place = input.nextUInt16(), let value = input.nextUInt8() else {
    return [datagram]
  }
  var harmed = datagram
  let index = Int(place) % datagram.count
  switch action % 6 {
  case 1:
    harmed[index] ^= value
    return [harmed]
  case 2: return [Array(datagram[..<max(1, index)])]
  case 3: return [datagram, datagram]
  case 4: return []
  case 5:
    harmed[index] = value
    return [harmed, datagram]
  default: return [datagram]
  }
}
