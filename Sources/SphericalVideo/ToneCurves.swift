import Glibc

/// The curves of HDR television that tone mapping is made of. Signals are 0…1, light is in cd/m².
enum ToneCurves {
  /// The highest luminance that PQ has a signal for.
  static let pqPeak = 10_000.0

  private static let m1 = 2610.0 / 16384
  private static let m2 = 2523.0 / 4096 * 128
  private static let c1 = 3424.0 / 4096
  private static let c2 = 2413.0 / 4096 * 32
  private static let c3 = 2392.0 / 4096 * 32

  /// The light of a PQ signal (ITU-R BT.2100-2 table 4, SMPTE ST 2084).
  static func pqLight(_ signal: Double) -> Double {
    let power = pow(max(signal, 0), 1 / m2)
    return pqPeak * pow(max(power - c1, 0) / (c2 - c3 * power), 1 / m1)
  }

  /// The PQ signal of light.
  static func pqSignal(_ light: Double) -> Double {
    let power = pow(max(light, 0) / pqPeak, m1)
    return pow((c1 + c2 * power) / (1 + c3 * power), m2)
  }

  /// The scene's light of an HLG signal, 0…1 (ITU-R BT.2100-2 table 5, the inverse OETF).
  static func hlgSceneLight(_ signal: Double) -> Double {
    let (a, b, c) = (0.17883277, 0.28466892, 0.55991073)
    return signal <= 0.5 ? signal * signal / 3 : (exp((signal - c) / a) + b) / 12
  }

  /// What light is shown as on a display with less range (ITU-R BT.2390, the EETF): unchanged up to the knee,
  /// then a Hermite spline in PQ signals, from a `peak` of the source to that of the `display`; both are black at 0.
  static func mapped(_ light: Double, from peak: Double, to display: Double) -> Double {
    let white = pqSignal(peak)
    let maxLum = pqSignal(display) / white
    guard maxLum < 1 else { return min(light, display) }
    let signal = min(pqSignal(light) / white, 1)
    let knee = 1.5 * maxLum - 0.5
    guard signal > knee else { return light }
    let t = (signal - knee) / (1 - knee)
    let (t2, t3) = (t * t, t * t * t)
    let spline = (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * maxLum
    return pqLight(spline * white)
  }
}

/// What colours primaries make of red, green and blue.
struct ColourPrimaries {
  /// x and y of red, green, blue and white.
  private let chromaticities: [(x: Double, y: Double)]

  /// - Parameter code: of ITU-T H.273; an unknown one is taken for BT.2020's, as HDR has them.
  init(code: Int32) {
    let d65 = (x: 0.3127, y: 0.3290)
    chromaticities =
      switch code {
      case 1: [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06), d65]
      case 5: [(0.64, 0.33), (0.29, 0.60), (0.15, 0.06), d65]
      case 6, 7: [(0.630, 0.340), (0.310, 0.595), (0.155, 0.070), d65]
      // What was mastered for a projector's white is meant for ours.
      case 11, 12: [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060), d65]
      default: [(0.708, 0.292), (0.170, 0.797), (0.131, 0.046), d65]
      }
  }

  static let bt709 = ColourPrimaries(code: 1)

  /// From linear light to CIE XYZ, white having a Y of 1 (SMPTE RP 177).
  var toXYZ: Matrix3 {
    let columns = chromaticities.map { [$0.x / $0.y, 1, (1 - $0.x - $0.y) / $0.y] }
    let matrix = Matrix3((0..<3).map { row in (0..<3).map { columns[$0][row] } })
    let scale = matrix.inverse.times(columns[3])
    return Matrix3(matrix.rows.map { row in (0..<3).map { row[$0] * scale[$0] } })
  }
}

/// A matrix of three rows.
struct Matrix3 {
  var rows: [[Double]]

  init(_ rows: [[Double]]) { self.rows = rows }

  func times(_ vector: [Double]) -> [Double] { rows.map { row in (0..<3).reduce(0) { $0 + row[$1] * vector[$1] } } }

  func times(_ other: Matrix3) -> Matrix3 {
    let columns = (0..<3).map { column in times(other.rows.map { $0[column] }) }
    return Matrix3((0..<3).map { row in columns.map { $0[row] } })
  }

  var inverse: Matrix3 {
    func minor(_ row: Int, _ column: Int) -> Double {
      let (a, b) = ((row + 1) % 3, (row + 2) % 3)
      let (c, d) = ((column + 1) % 3, (column + 2) % 3)
      return rows[a][c] * rows[b][d] - rows[a][d] * rows[b][c]
    }
    let determinant = (0..<3).reduce(0) { $0 + rows[0][$1] * minor(0, $1) }
    return Matrix3((0..<3).map { row in (0..<3).map { minor($0, row) / determinant } })
  }
}
