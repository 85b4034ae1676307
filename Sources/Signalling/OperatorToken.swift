/// What a device shows instead of the PIN: 32 random bytes in base64url without padding (RFC 4648 section 5).
public enum OperatorToken {
  static let byteCount = 32
  static let length = 43

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// Whether a text has the length of a token, which no PIN has.
  static func isOne(_ text: String) -> Bool { text.utf8.count == length }

  static func make(using random: inout some RandomNumberGenerator) -> (bytes: [UInt8], text: String) {
    let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    return (bytes, text(of: bytes))
  }

  static func text(of bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[Int(bits >> UInt32(count) & 63)])
      }
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// nil: it is no token. The last character says two bits too many, which are 0.
  static func bytes(of text: String) -> [UInt8]? {
    guard isOne(text) else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8 {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bits & 3 == 0 ? bytes : nil
  }
}
