import CRemap

/// A source position as a table has it: the sample above and to the left, and how far it is from there.
struct SampleSpot {
  let column: Int
  let row: Int
  /// Weights of the right taps and of the bottom taps, of `CREMAP_UNIT`.
  let right: UInt8
  let down: UInt8
  /// Whether all four samples belong to the face.
  let isInside: Bool

  /// - Parameter clamped: Moved into the face, which has two samples at least each way.
  init(_ position: SourcePosition, in samples: FaceSamples, clamped: Bool = false) {
    let (x, isXInside) = Self.split(position.x, samples.columns, clamped)
    let (y, isYInside) = Self.split(position.y, samples.rows, clamped)
    (column, right) = x
    (row, down) = y
    isInside = isXInside && isYInside
  }

  private static func split(
    _ position: Double, _ range: ClosedRange<Int>, _ clamped: Bool
  ) -> ((Int, UInt8), isInside: Bool) {
    let unit = Int(CREMAP_UNIT)
    // A border of a face may lie anywhere between two samples; no position is further out than one.
    let bounded = max(Double(range.lowerBound - 1), min(position, Double(range.upperBound + 1)))
    var place = Int((bounded * Double(unit)).rounded())
    if clamped { place = max(range.lowerBound * unit, min(place, range.upperBound * unit)) }
    // Shifts round down, also below zero; the last sample is the second tap of the one before it.
    var index = place >> 7
    if index == range.upperBound, place == index * unit { index -= 1 }
    return ((index, UInt8(place - index * unit)), index >= range.lowerBound && index + 1 <= range.upperBound)
  }

  /// Top left, top right, bottom left, bottom right.
  var corners: [(column: Int, row: Int)] {
    [(column, row), (column + 1, row), (column, row + 1), (column + 1, row + 1)]
  }

  /// In the terms of `cremap_table`, when `isInside`.
  var tap: UInt32 { UInt32(column) | UInt32(row) << 16 }
  var weights: UInt16 { UInt16(right) | UInt16(down) << 8 }
}
