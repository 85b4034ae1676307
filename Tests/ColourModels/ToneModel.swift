import Foundation
import Media

/// Tone mapping in floating point, straight from the reports, to hold the product against.
public struct ToneModel {
  public var isHLG: Bool
  /// cd/m².
  public var peak: Double
  /// Luma of 10 bits: black, white less black, and the range of chroma.
  public var levels = (black: 64.0, luma: 876.0, chroma: 896.0)
  /// Of red and blue in the luma.
  public var weights = (red: 0.2627, blue: 0.0593)
  /// BT.2087-0 and its like, from BT.2020; what is mapped from other primaries has another.
  public var gamut = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]

  private static let white = 203.0

  public init(isHLG: Bool, peak: Double = 1000) {
    self.isHLG = isHLG
    self.peak = peak
  }

  /// BT.2100-2 table 4.
  private static func eotf(_ signal: Double) -> Double {
    let (m1, m2, c1, c2, c3) = (0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875)
    let root = pow(signal, 1 / m2)
    return 10_000 * pow(max(root - c1, 0) / (c2 - c3 * root), 1 / m1)
  }

  private static func inverseEOTF(_ light: Double) -> Double {
    let (m1, m2, c1, c2, c3) = (0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875)
    let y = pow(light / 10_000, m1)
    return pow((c1 + c2 * y) / (1 + c3 * y), m2)
  }

  /// BT.2390, the EETF: its four steps with L_B and L_min of 0.
  private func eetf(_ light: Double) -> Double {
    let e1 = Self.inverseEOTF(min(light, peak)) / Self.inverseEOTF(peak)
    let maxLum = Self.inverseEOTF(Self.white) / Self.inverseEOTF(peak)
    let ks = 1.5 * maxLum - 0.5
    guard maxLum < 1, e1 >= ks else { return min(light, peak) }
    let t = (e1 - ks) / (1 - ks)
    let p =
      (2 * pow(t, 3) - 3 * pow(t, 2) + 1) * ks + (pow(t, 3) - 2 * pow(t, 2) + t) * (1 - ks)
      + (-2 * pow(t, 3) + 3 * pow(t, 2)) * maxLum
    return Self.eotf(p * Self.inverseEOTF(peak))
  }

  /// The light that each colour of a pixel is to be shown with, in BT.2020.
  private func light(_ signals: [Double]) -> [Double] {
    guard isHLG else { return signals.map { min(Self.eotf(min(max($0, 0), 1)), peak) } }
    // BT.2100-2 table 5: inverse OETF, then OOTF with L_W = 1000 and γ = 1.2.
    let a = 0.17883277
    let (b, c) = (1 - 4 * a, 0.5 - a * log(4 * a))
    let scene = signals.map { signal in
      let e = min(max(signal, 0), 1)
      return e <= 0.5 ? e * e / 3 : (exp((e - c) / a) + b) / 12
    }
    let luminance = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2]
    return scene.map { 1000 * pow(luminance, 0.2) * $0 }
  }

  /// The 8-bit codes, unrounded, of a pixel given by its 10-bit codes.
  public func mapped(_ y: Double, _ cb: Double, _ cr: Double) -> (y: Double, cb: Double, cr: Double) {
    let luma = (y - levels.black) / levels.luma
    let (blueness, redness) = ((cb - 512) / levels.chroma, (cr - 512) / levels.chroma)
    let (kr, kb) = weights
    let red = luma + 2 * (1 - kr) * redness
    let blue = luma + 2 * (1 - kb) * blueness
    let green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    let source = light([red, green, blue])
    let greatest = source.max()!
    let scale = greatest > 0 ? eetf(greatest) / greatest : 1
    let shown = gamut.map { row in
      let light = zip(row, source).reduce(0) { $0 + $1.0 * $1.1 } * scale / Self.white
      return pow(min(max(light, 0), 1), 1 / 2.4)
    }
    let out = 0.2126 * shown[0] + 0.7152 * shown[1] + 0.0722 * shown[2]
    return (16 + 219 * out, 128 + 224 * (shown[2] - out) / 1.8556, 128 + 224 * (shown[0] - out) / 1.5748)
  }
}

extension ToneModel {
  /// The greatest difference, in 8-bit codes, of a mapped picture (`yuv420p`) from what its source (`yuv420p10`) is by
  /// this model: of each luma sample, and of each chroma sample from the mean of its four.
  public func worstDifference(of mapped: PlanarPicture, from source: PlanarPicture) -> Double {
    func word(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Double {
      Double(plane.base.load(fromByteOffset: y * plane.stride + 2 * x, as: UInt16.self))
    }
    func byte(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Double {
      Double(plane.base.load(fromByteOffset: y * plane.stride + x, as: UInt8.self))
    }
    var worst = 0.0
    for y in 0..<source.chromaSize.height {
      for x in 0..<source.chromaSize.width {
        let (cb, cr) = (word(source.cb, x, y), word(source.cr, x, y))
        var sum = (cb: 0.0, cr: 0.0, count: 0.0)
        for row in 2 * y..<min(2 * y + 2, source.size.height) {
          for column in 2 * x..<min(2 * x + 2, source.size.width) {
            let right = self.mapped(word(source.luma, column, row), cb, cr)
            worst = max(worst, (byte(mapped.luma, column, row) - right.y).magnitude)
            sum = (sum.cb + right.cb, sum.cr + right.cr, sum.count + 1)
          }
        }
        worst = max(worst, (byte(mapped.cb, x, y) - sum.cb / sum.count).magnitude)
        worst = max(worst, (byte(mapped.cr, x, y) - sum.cr / sum.count).magnitude)
      }
    }
    return worst
  }
}
