/// An IP address: four or sixteen bytes.
public enum IPAddress: Hashable, Sendable {
  case v4(UInt32)
  case v6(high: UInt64, low: UInt64)

  public static let loopbackV4 = IPAddress.v4(0x7F00_0001)
  public static let anyV4 = IPAddress.v4(0)
  public static let anyV6 = IPAddress.v6(high: 0, low: 0)

  public var isV6: Bool { if case .v6 = self { true } else { false } }

  public var isUnspecified: Bool { self == .anyV4 || self == .anyV6 }

  public var isLoopback: Bool {
    switch self {
    case .v4(let bits): bits >> 24 == 127
    case .v6(let high, let low): high == 0 && low == 1
    }
  }

  /// 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291): means nothing without an interface.
  public var isLinkLocal: Bool {
    switch self {
    case .v4(let bits): bits >> 16 == 0xA9FE
    case .v6(let high, _): high >> 54 == 0xFE80 >> 6
    }
  }

  /// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2) as the IPv4 address it stands for.
  public var unmapped: IPAddress {
    if case .v6(0, let low) = self, low >> 32 == 0xFFFF { .v4(UInt32(truncatingIfNeeded: low)) } else { self }
  }
}

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
  /// RFC 5952 text: the longest run of zero groups is folded, letters are small.
  public var description: String {
    switch self {
    case .v4(let bits):
      return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
    case .v6(let high, let low):
      let groups = (0..<8).map { (index: Int) -> UInt16 in
        let half = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: half >> (48 - 16 * (index & 3)))
      }
      var best = 0..<0
      var start: Int?
      for i in 0...8 {
        if i < 8, groups[i] == 0 {
          if start == nil { start = i }
        } else if let s = start {
          if i - s > best.count { best = s..<i }
          start = nil
        }
      }
      func hex(_ range: Range<Int>) -> String { groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
      return best.count < 2 ? hex(0..<8) : hex(0..<best.lowerBound) + "::" + hex(best.upperBound..<8)
    }
  }

  /// Parses dotted-quad IPv4 or RFC 4291 IPv6 text (a zone is refused); nil for anything else.
  public init?(_ text: String) {
    if let bits = Self.parseV4(text[...]) {
      self = .v4(bits)
      return
    }
    let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard halves.count <= 2, !text.isEmpty else { return nil }
    func groups(_ part: Substring) -> [UInt16]? {
      if part.isEmpty { return [] }
      var result: [UInt16] = []
      let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
      for (index, piece) in pieces.enumerated() {
        if index == pieces.count - 1, piece.contains("."), let v4 = Self.parseV4(piece) {
          result += [UInt16(truncatingIfNeeded: v4 >> 16), UInt16(truncatingIfNeeded: v4)]
        } else if (1...4).contains(piece.utf8.count), piece.allSatisfy(\.isHexDigit),
          let value = UInt16(piece, radix: 16)
        {
          result.append(value)
        } else {
          return nil
        }
      }
      return result
    }
    guard let head = groups(halves[0]) else { return nil }
    var all = head
    if halves.count == 2 {
      guard let tail = groups(halves[1]), head.count + tail.count < 8 else { return nil }
      all += Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }
    guard all.count == 8 else { return nil }
    let words = all.map(UInt64.init)
    self = .v6(
      high: words[0] << 48 | words[1] << 32 | words[2] << 16 | words[3],
      low: words[4] << 48 | words[5] << 32 | words[6] << 16 | words[7])
  }

  private static func parseV4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }), let byte = UInt8(part)
      else {
        return nil
      }
      bits = bits << 8 | UInt32(byte)
    }
    return bits
  }
}
