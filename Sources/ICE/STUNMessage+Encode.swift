import SansIO

extension STUNMessage {
  /// The message on the wire, with a MESSAGE-INTEGRITY when there is a password and a FINGERPRINT at the end.
  public func encoded(password: String? = nil, fingerprint: Bool = true) -> [UInt8] {
    var writer = ByteWriter(capacity: 128)
    writer.write(messageClass.bits | method.bits)
    writer.write(UInt16(0))
    writer.write(Self.magicCookie)
    writer.write(transaction.high)
    writer.write(transaction.low)
    for attribute in attributes { attribute.write(to: &writer, transaction: transaction) }
    if let password {
      let tag = Self.integrityTag(of: writer.bytes, password: password)
      writer.write(STUNAttribute.Code.messageIntegrity)
      writer.write(UInt16(tag.count))
      writer.write(tag)
    }
    if fingerprint {
      let checksum = Self.fingerprint(of: writer.bytes, length: writer.bytes.count + 8)
      writer.write(STUNAttribute.Code.fingerprint)
      writer.write(UInt16(4))
      writer.write(checksum)
    }
    writer.overwrite(UInt16(truncatingIfNeeded: writer.bytes.count - Self.headerSize), at: 2)
    return writer.bytes
  }
}
