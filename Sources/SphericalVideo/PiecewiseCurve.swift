import CRemap
import Glibc

/// A curve over 0…`CTONE_LAST` put together from polynomials, as tone mapping evaluates it: piece i is for what is
/// nearest to i.
struct PiecewiseCurve {
  /// Of the powers of x, then of the pieces.
  let coefficients: [[Double]]

  /// Meets `function` where an interpolation errs least (at Chebyshev nodes), as often in each piece as it can; and if
  /// need be at 0, where what is black has to be so.
  init(degree: Int, meetsZero: Bool = false, _ function: (Double) -> Double) {
    let last = Double(CTONE_LAST)
    let pieces = (0..<Int(CTONE_PIECES)).map { piece in
      let (start, end) = (max(Double(piece) - 0.5, 0), min(Double(piece) + 0.5, last))
      var nodes = (0...degree).map { k in
        (start + end) / 2 + (end - start) / 2 * cos((2 * Double(k) + 1) * .pi / (2 * Double(degree) + 2))
      }
      if meetsZero, piece == 0 { nodes[degree] = 0 }
      return Self.polynomial(through: nodes, nodes.map(function))
    }
    coefficients = (0...degree).map { power in pieces.map { $0[power] } }
  }

  /// Newton's divided differences, multiplied out.
  private static func polynomial(through nodes: [Double], _ values: [Double]) -> [Double] {
    var differences = values
    for order in 1..<nodes.count {
      for i in (order..<nodes.count).reversed() {
        differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - order])
      }
    }
    var result = [Double](repeating: 0, count: nodes.count)
    for (node, difference) in zip(nodes, differences).reversed() {
      // result · (x − node) + difference
      for power in (1..<result.count).reversed() { result[power] = result[power - 1] - node * result[power] }
      result[0] = difference - node * result[0]
    }
    return result
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Writes numbers as C's floats, from the start.
  func write(_ numbers: [Double]) {
    for (i, number) in numbers.enumerated() {
      unsafe storeBytes(of: Float(number), toByteOffset: i * MemoryLayout<Float>.stride, as: Float.self)
    }
  }

  func write(_ curve: PiecewiseCurve) { unsafe write(curve.coefficients.flatMap(\.self)) }
}
