import SansIO

/// What a server's records in the clear pass on their way out: they are numbered, and what they say is kept.
///
/// Numbered, since a handshake that begins anew begins a new OpenSSL object, whose numbers would start at nought again
/// and be taken for repetitions (RFC 6347 section 4.1.2.6). Kept, since the client signs it.
struct SentRecords {
  /// Of the next record in the clear.
  private(set) var nextSequence: UInt64
  /// The messages from ServerHello to ServerHelloDone, as `HandshakeMessage.bytes`.
  private(set) var messages: [UInt8] = []
  private var nextMessage: UInt16 = 0
  private var isDone = false
  private var assembly = HandshakeAssembly()

  init(from sequence: UInt64) { nextSequence = sequence }

  mutating func takeSequence() -> UInt64 {
    defer { nextSequence &+= 1 }
    return nextSequence
  }

  /// Numbers the records in `bytes`; false when they are a HelloVerifyRequest, which is not OpenSSL's to send.
  mutating func pass(_ bytes: inout [UInt8]) -> Bool {
    var offset = 0
    while let record = DTLSRecord(in: bytes.span.bytes, at: offset), record.epoch == 0 {
      offset = record.range.upperBound
      if record.type == DTLSRecord.handshake, !note(bytes, record) { return false }
      let sequence = takeSequence()
      for index in 0..<6 {
        bytes[record.range.lowerBound + 5 + index] = UInt8(truncatingIfNeeded: sequence >> (8 * UInt64(5 - index)))
      }
    }
    return true
  }

  private mutating func note(_ bytes: [UInt8], _ record: DTLSRecord) -> Bool {
    guard !isDone else { return true }
    let fragments = bytes.span.bytes.extracting(record.fragment)
    var reader = ByteReader(fragments)
    while let fragment = HandshakeFragment(from: &reader) {
      // A retransmission says nothing new.
      guard fragment.sequence == nextMessage, let message = assembly.add(fragment) else { continue }
      nextMessage += 1
      if message.type == HandshakeMessage.helloVerifyRequest { return false }
      messages += message.bytes
      isDone = message.type == HandshakeMessage.serverHelloDone
    }
    return true
  }
}
