/// A user fragment and its password (RFC 8445 section 5.3, RFC 8839 section 5.4).
public struct ICECredentials: Hashable, Sendable {
  /// 4…256 ice-chars.
  public var ufrag: String
  /// 22…256 ice-chars.
  public var password: String

  static let maximumUfragLength = 256

  /// Nil unless both are of the length and the characters that RFC 8839 allows.
  public init?(ufrag: String, password: String) {
    guard Self.isValid(ufrag, length: 4...Self.maximumUfragLength), Self.isValid(password, length: 22...256) else {
      return nil
    }
    self.ufrag = ufrag
    self.password = password
  }

  /// A fragment of 8 and a password of 24 characters: 48 and 144 random bits.
  public init(random generator: inout some RandomNumberGenerator) {
    func text(_ count: Int) -> String {
      String((0..<count).map { _ in Self.alphabet[Int.random(in: 0..<64, using: &generator)] })
    }
    ufrag = text(8)
    password = text(24)
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  private static func isValid(_ text: String, length: ClosedRange<Int>) -> Bool {
    length.contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
          true
        default: false
        }
      }
  }
}
