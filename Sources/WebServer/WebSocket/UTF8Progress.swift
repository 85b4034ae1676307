/// Whether bytes that come in pieces are UTF-8 so far (RFC 3629, section 4).
struct UTF8Progress {
  /// How many bytes the character lacks that has begun, and between which the next one lies.
  private var lacking = 0
  private var next: ClosedRange<UInt8> = 0x80...0xBF

  /// Whether no character is begun and not ended.
  var isAtEnd: Bool { lacking == 0 }

  /// False: these bytes cannot be a part of UTF-8 that begins with what came before.
  mutating func take(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { take($0) } }

  private mutating func take(_ byte: UInt8) -> Bool {
    if lacking > 0 {
      guard next.contains(byte) else { return false }
      lacking -= 1
      next = 0x80...0xBF
      return true
    }
    switch byte {
    case 0x00...0x7F: return true
    case 0xC2...0xDF: lacking = 1
    case 0xE0: (lacking, next) = (2, 0xA0...0xBF)
    case 0xED: (lacking, next) = (2, 0x80...0x9F)
    case 0xE1...0xEF: lacking = 2
    case 0xF0: (lacking, next) = (3, 0x90...0xBF)
    case 0xF1...0xF3: lacking = 3
    case 0xF4: (lacking, next) = (3, 0x80...0x8F)
    default: return false
    }
    return true
  }
}
