/// What lets somebody change what others see: a few characters that are typed on phones and remotes.
///
/// It is written in Crockford's base 32: case does not matter, the letter O is a 0, I and L are a 1, and hyphens and
/// spaces between characters are nothing.
public struct PIN: Hashable, Sendable {
  /// Those that Cupola makes have so many characters: 40 bits.
  public static let madeLength = 8
  static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let values: [UInt8: UInt8] = {
    var values: [UInt8: UInt8] = [:]
    for (value, character) in alphabet.enumerated() {
      values[character] = UInt8(value)
      values[character | 0x20] = UInt8(value)
    }
    for character in "Oo".utf8 { values[character] = 0 }
    for character in "IiLl".utf8 { values[character] = 1 }
    return values
  }()

  /// The value of each character, 0…31.
  let symbols: [UInt8]

  /// Makes one.
  public init(using random: inout some RandomNumberGenerator) {
    symbols = (0..<Self.madeLength).map { _ in UInt8.random(in: 0..<32, using: &random) }
  }

  /// Reads one that is to be the operator's: four digits at least, or eight characters of which some are letters, twelve
  /// at most; nil for anything else.
  public init?(_ text: String) {
    guard let symbols = Self.symbols(of: text, atMost: 12) else { return nil }
    let isNumber = symbols.allSatisfy { $0 < 10 }
    guard symbols.count >= (isNumber ? 4 : Self.madeLength) else { return nil }
    self.symbols = symbols
  }

  /// How many there are of the kind: ten to the power of the digits, or 32 to that of the characters.
  public var keySpace: Double {
    let base = symbols.allSatisfy { $0 < 10 } ? 10.0 : 32
    return symbols.reduce(1) { product, _ in product * base }
  }

  /// Whether `text` says this PIN; the time does not depend on where they differ.
  public func matches(_ text: String) -> Bool {
    guard let candidate = Self.symbols(of: text, atMost: symbols.count) else { return false }
    var difference = UInt8(truncatingIfNeeded: symbols.count ^ candidate.count)
    for (index, symbol) in symbols.enumerated() {
      difference |= symbol ^ (index < candidate.count ? candidate[index] : ~symbol)
    }
    return difference == 0
  }

  /// nil: something else than a PIN's characters is in it, or there are more of them. Looks at a bounded part of `text`.
  private static func symbols(of text: String, atMost count: Int) -> [UInt8]? {
    var symbols: [UInt8] = []
    for byte in text.utf8.prefix(64) where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
      guard symbols.count < count, let value = values[byte] else { return nil }
      symbols.append(value)
    }
    return text.utf8.count <= 64 ? symbols : nil
  }
}

extension PIN: CustomStringConvertible {
  /// As people read it: "7K3M-Q9XA"; digits of six or less in one group.
  public var description: String {
    let text = symbols.map { String(UnicodeScalar(Self.alphabet[Int($0)])) }
    guard text.count == Self.madeLength else { return text.joined() }
    return text[..<4].joined() + "-" + text[4...].joined()
  }
}
