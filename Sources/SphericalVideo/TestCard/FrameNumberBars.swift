/// A number as 20 white and black cells in a row: white, black, 16 bits (the highest first), even parity, white.
///
/// On a face they are ±20.6° wide and 7–14° below the middle: easy to find in a view, hard to read by mistake.
package enum FrameNumberBars {
  package static let cells = 20
  /// On a face, in units of half its width.
  static let left: Float = -0.375
  static let right: Float = 0.375
  static let top: Float = 0.125
  static let bottom: Float = 0.25

  /// Which cells are white: bit i is cell i from the left. Only the number's low 16 bits are shown.
  package static func white(_ number: Int) -> UInt32 {
    let bits = UInt32(truncatingIfNeeded: number) & 0xFFFF
    var white: UInt32 = 1 | 1 << 19
    for bit in 0..<16 where bits >> UInt32(15 - bit) & 1 == 1 { white |= 1 << UInt32(2 + bit) }
    if bits.nonzeroBitCount & 1 == 1 { white |= 1 << 18 }
    return white
  }

  /// The number that cells show (bit i is cell i from the left, 1 if it is white); nil if they show none.
  package static func number(_ white: UInt32) -> Int? {
    guard white & 1 == 1, white & 2 == 0, white >> 19 & 1 == 1 else { return nil }
    let bits = (0..<16).reduce(0) { $0 << 1 | Int(white >> UInt32(2 + $1) & 1) }
    return (bits.nonzeroBitCount & 1 == 1) == (white >> 18 & 1 == 1) ? bits : nil
  }
}
