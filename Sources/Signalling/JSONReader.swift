/// Reads one JSON text (RFC 8259) from outside, to the letter: UTF-8 without a byte order mark, no key twice, no half
/// of a surrogate pair, no NUL, no deeper than anybody needs. In one pass, whatever is in it.
struct JSONReader {
  /// Why a text is refused, as the end of a sentence.
  struct Failure: Error, Hashable {
    var reason: String
  }

  private static let maximumDepth = 16
  /// No number that means anything is written with more bytes; a longer one is out of every range.
  private static let maximumNumber = 64

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0

  /// The value that is all of `bytes`.
  static func read(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
      throw Failure(reason: "it is not UTF-8")
    }
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.syntax }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var syntax: Failure {
    Failure(reason: index < bytes.count ? "byte \(index + 1) makes no sense" : "it breaks off")
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func skip(_ text: StaticString) throws(Failure) {
    for scalar in text.description.utf8 {
      guard next == scalar else { throw syntax }
      index += 1
    }
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try nested { reader throws(Failure) in try reader.object() }
    case UInt8(ascii: "["): return try nested { reader throws(Failure) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try skip("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try skip("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try skip("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(Failure) -> JSONValue
  ) throws(Failure) -> JSONValue {
    guard depth < Self.maximumDepth else { throw Failure(reason: "it is nested too deep") }
    depth += 1
    defer { depth -= 1 }
    index += 1
    skipSpace()
    return try body(&self)
  }

  private mutating func object() throws(Failure) -> JSONValue {
    var fields: [String: JSONValue] = [:]
    guard next != UInt8(ascii: "}") else {
      index += 1
      return .object(fields)
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw syntax }
      let key = try string()
      skipSpace()
      try skip(":")
      guard fields.updateValue(try value(), forKey: key) == nil else {
        throw Failure(reason: "a key is in it twice")
      }
      if try endsList(with: UInt8(ascii: "}")) { return .object(fields) }
    }
  }

  private mutating func array() throws(Failure) -> JSONValue {
    var values: [JSONValue] = []
    guard next != UInt8(ascii: "]") else {
      index += 1
      return .array(values)
    }
    while true {
      values.append(try value())
      if try endsList(with: UInt8(ascii: "]")) { return .array(values) }
    }
  }

  private mutating func endsList(with end: UInt8) throws(Failure) -> Bool {
    skipSpace()
    guard next == end || next == UInt8(ascii: ",") else { throw syntax }
    defer { index += 1 }
    return next == end
  }

  // MARK: Numbers (section 6)

  /// Infinite when it is beyond what a Double holds.
  private mutating func number() throws(Failure) -> Double {
    let start = index
    if next == UInt8(ascii: "-") { index += 1 }
    if next == UInt8(ascii: "0") { index += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      index += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      index += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    guard index - start <= Self.maximumNumber else { return .infinity }
    return Double(String(decoding: bytes[start..<index], as: UTF8.self)) ?? .infinity
  }

  private mutating func digits() throws(Failure) {
    guard let first = next, Self.isDigit(first) else { throw syntax }
    while let byte = next, Self.isDigit(byte) { index += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  // MARK: Strings (section 7)

  private mutating func string() throws(Failure) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = next {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += try escape()
      case ..<0x20:
        index -= 1
        throw syntax
      default: text.append(byte)
      }
    }
    throw syntax
  }

  /// What stands behind a backslash, as UTF-8.
  private mutating func escape() throws(Failure) -> [UInt8] {
    guard let kind = next else { throw syntax }
    let plain: UInt8
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = kind
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "u"):
      index += 1
      return Array(String(Character(try scalar())).utf8)
    default: throw syntax
    }
    index += 1
    return [plain]
  }

  private mutating func scalar() throws(Failure) -> Unicode.Scalar {
    var value = try fourDigits()
    if (0xD800..<0xDC00).contains(value), next == UInt8(ascii: "\\") {
      try skip("\\u")
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw Failure(reason: "half a surrogate pair is in it") }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw Failure(reason: "half a surrogate pair is in it") }
    guard value != 0 else { throw Failure(reason: "a NUL is in it") }
    return scalar
  }

  private mutating func fourDigits() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw syntax }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}

/// A value of JSON. Every number is a Double, as in JavaScript; one that is too large for that is infinite.
enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])
}
