/// SHA-1 (FIPS 180-4 section 6.1), for the HMAC that STUN's MESSAGE-INTEGRITY prescribes and for nothing else.
struct SHA1 {
  static let blockSize = 64
  static let digestSize = 20

  private var state: InlineArray<5, UInt32> = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
  private var block = InlineArray<64, UInt8>(repeating: 0)
  private var filled = 0
  private var total: UInt64 = 0

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      block[filled] = byte
      filled += 1
      total &+= 1
      if filled == Self.blockSize {
        compress()
        filled = 0
      }
    }
  }

  /// Pads and returns the digest: 20 bytes.
  consuming func finish() -> [UInt8] {
    let bits = total &* 8
    update(CollectionOfOne(0x80))
    while filled != 56 { update(CollectionOfOne(0)) }
    update((0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) })
    return (0..<Self.digestSize).map { UInt8(truncatingIfNeeded: state[$0 / 4] >> UInt32(24 - 8 * ($0 % 4))) }
  }

  private mutating func compress() {
    var words = InlineArray<80, UInt32>(repeating: 0)
    for i in 0..<16 {
      words[i] =
        UInt32(block[4 * i]) << 24 | UInt32(block[4 * i + 1]) << 16 | UInt32(block[4 * i + 2]) << 8
        | UInt32(block[4 * i + 3])
    }
    for i in 16..<80 {
      words[i] = Self.rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], by: 1)
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    for i in 0..<80 {
      let mixed: UInt32
      let constant: UInt32
      switch i {
      case ..<20: (mixed, constant) = (b & c | ~b & d, 0x5A82_7999)
      case ..<40: (mixed, constant) = (b ^ c ^ d, 0x6ED9_EBA1)
      case ..<60: (mixed, constant) = (b & c | b & d | c & d, 0x8F1B_BCDC)
      default: (mixed, constant) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let next = Self.rotate(a, by: 5) &+ mixed &+ e &+ constant &+ words[i]
      (a, b, c, d, e) = (next, a, Self.rotate(b, by: 30), c, d)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
  }

  private static func rotate(_ value: UInt32, by count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
}
