import SansIO

extension STUNAttribute {
  /// The value of an attribute from its `value`, which starts at byte `offset` of the message.
  static func parse(
    type: UInt16, value: [UInt8], transaction: STUNTransactionID, offset: Int
  ) throws(STUNError) -> STUNAttribute {
    let bad = STUNError(.badAttribute, offset: offset)
    func text(limit: Int) throws(STUNError) -> String {
      guard value.count <= limit, let text = String(validating: value, as: UTF8.self) else { throw bad }
      return text
    }
    func integer(bytes: Int) throws(STUNError) -> UInt64 {
      guard value.count == bytes else { throw bad }
      return value.reduce(0) { $0 << 8 | UInt64($1) }
    }
    switch type {
    case Code.mappedAddress:
      guard let address = parseAddress(value, xor: nil) else { throw bad }
      return .mappedAddress(address)
    case Code.xorMappedAddress:
      guard let address = parseAddress(value, xor: transaction) else { throw bad }
      return .xorMappedAddress(address)
    case Code.username:
      return .username(try text(limit: 513))
    case Code.software:
      return .software(try text(limit: 763))
    case Code.errorCode:
      guard value.count >= 4, value.count <= 767, (3...6).contains(value[2] & 7), value[3] < 100,
        let reason = String(validating: value[4...], as: UTF8.self)
      else { throw bad }
      return .errorCode(Int(value[2] & 7) * 100 + Int(value[3]), reason: reason)
    case Code.unknownAttributes:
      guard value.count.isMultiple(of: 2) else { throw bad }
      return .unknownAttributes(
        stride(from: 0, to: value.count, by: 2).map { UInt16(value[$0]) << 8 | UInt16(value[$0 + 1]) })
    case Code.priority:
      return .priority(UInt32(truncatingIfNeeded: try integer(bytes: 4)))
    case Code.useCandidate:
      guard value.isEmpty else { throw bad }
      return .useCandidate
    case Code.iceControlled:
      return .iceControlled(tieBreaker: try integer(bytes: 8))
    case Code.iceControlling:
      return .iceControlling(tieBreaker: try integer(bytes: 8))
    default:
      return .other(type: type, value: value)
    }
  }

  /// Appends the attribute: type, length, value, zeros up to a multiple of four.
  func write(to writer: inout ByteWriter, transaction: STUNTransactionID) {
    writer.write(type)
    let lengthOffset = writer.bytes.count
    writer.write(UInt16(0))
    switch self {
    case .mappedAddress(let address): Self.write(address, xor: nil, to: &writer)
    case .xorMappedAddress(let address): Self.write(address, xor: transaction, to: &writer)
    case .username(let text), .software(let text): writer.write(text.utf8)
    case .errorCode(let code, let reason):
      writer.write(UInt16(0))
      writer.write(UInt8(truncatingIfNeeded: code / 100))
      writer.write(UInt8(truncatingIfNeeded: code % 100))
      writer.write(reason.utf8)
    case .unknownAttributes(let types): for type in types { writer.write(type) }
    case .priority(let priority): writer.write(priority)
    case .useCandidate: break
    case .iceControlled(let tieBreaker), .iceControlling(let tieBreaker): writer.write(tieBreaker)
    case .other(_, let value): writer.write(value)
    }
    let count = writer.bytes.count - lengthOffset - 2
    writer.overwrite(UInt16(truncatingIfNeeded: count), at: lengthOffset)
    while !writer.bytes.count.isMultiple(of: 4) { writer.write(UInt8(0)) }
  }

  //   0                   1                   2                   3
  //   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
  //  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
  //  |0 0 0 0 0 0 0 0|    Family     |         Port (XORed)          |
  //  |                 Address (32 or 128 bits, XORed)               |
  private static func parseAddress(_ value: [UInt8], xor transaction: STUNTransactionID?) -> TransportAddress? {
    guard value.count == 8 && value[1] == 1 || value.count == 20 && value[1] == 2 else { return nil }
    func word(_ range: Range<Int>) -> UInt64 { value[range].reduce(0) { $0 << 8 | UInt64($1) } }
    let mask = AddressMask(transaction)
    let port = UInt16(truncatingIfNeeded: word(2..<4)) ^ mask.port
    let ip: IPAddress =
      value.count == 8
      ? .v4(UInt32(truncatingIfNeeded: word(4..<8)) ^ mask.v4)
      : .v6(high: word(4..<12) ^ mask.high, low: word(12..<20) ^ mask.low)
    return TransportAddress(ip, port: port)
  }

  private static func write(
    _ address: TransportAddress, xor transaction: STUNTransactionID?, to writer: inout ByteWriter
  ) {
    let mask = AddressMask(transaction)
    writer.write(UInt16(address.ip.isV6 ? 2 : 1))
    writer.write(address.port ^ mask.port)
    switch address.ip {
    case .v4(let bits): writer.write(bits ^ mask.v4)
    case .v6(let high, let low):
      writer.write(high ^ mask.high)
      writer.write(low ^ mask.low)
    }
  }
}

/// What an XOR-MAPPED-ADDRESS is exclusive-ored with (RFC 8489 section 14.2); all zeros without a transaction.
private struct AddressMask {
  var port: UInt16 = 0
  var v4: UInt32 = 0
  var high: UInt64 = 0
  var low: UInt64 = 0

  init(_ transaction: STUNTransactionID?) {
    guard let transaction else { return }
    port = UInt16(truncatingIfNeeded: STUNMessage.magicCookie >> 16)
    v4 = STUNMessage.magicCookie
    high = UInt64(STUNMessage.magicCookie) << 32 | UInt64(transaction.high)
    low = transaction.low
  }
}
