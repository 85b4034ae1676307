import Foundation
import Media

/// What R′G′B′ (0…1) is in code values, in floating point (BT.601-7, BT.709-6, BT.2020-2).
public struct SignalModel {
  public var isFull: Bool
  public var bits: Int
  /// Of red and blue in the luma.
  private let weights: (red: Double, blue: Double)

  /// - Parameter matrix: The code of H.273.
  public init(matrix: Int32, isFull: Bool, bits: Int) {
    self.isFull = isFull
    self.bits = bits
    weights =
      switch matrix {
      case 1: (0.2126, 0.0722)
      case 9: (0.2627, 0.0593)
      default: (0.299, 0.114)
      }
  }

  public init(_ colour: ColourDescription, bits: Int) {
    self.init(matrix: colour.matrix, isFull: colour.range == .full, bits: bits)
  }

  private var unit: Double { pow(2, Double(bits - 8)) }
  private var luma: (black: Double, range: Double) { isFull ? (0, pow(2, Double(bits)) - 1) : (16 * unit, 219 * unit) }
  private var chroma: (grey: Double, range: Double) {
    (128 * unit, isFull ? pow(2, Double(bits)) - 1 : 224 * unit)
  }

  /// Y, Cb and Cr, unrounded.
  public func codes(_ rgb: [Double]) -> [Double] {
    let y = weights.red * rgb[0] + (1 - weights.red - weights.blue) * rgb[1] + weights.blue * rgb[2]
    let cb = (rgb[2] - y) / (2 * (1 - weights.blue))
    let cr = (rgb[0] - y) / (2 * (1 - weights.red))
    return [
      luma.black + luma.range * y, chroma.grey + chroma.range * cb, chroma.grey + chroma.range * cr,
    ]
  }

  public func rgb(_ codes: [Double]) -> [Double] {
    let y = (codes[0] - luma.black) / luma.range
    let (cb, cr) = ((codes[1] - chroma.grey) / chroma.range, (codes[2] - chroma.grey) / chroma.range)
    let (red, blue) = (y + 2 * (1 - weights.red) * cr, y + 2 * (1 - weights.blue) * cb)
    return [red, (y - weights.red * red - weights.blue * blue) / (1 - weights.red - weights.blue), blue]
  }
}
