import CRemap
import Glibc
import Media

/// Shows HDR on an SDR display: from 10-bit samples in PQ or HLG to 8-bit ones in BT.709.
///
/// - Signals become light by BT.2100: PQ's EOTF; HLG's inverse OETF and its OOTF for a display of 1000 cd/m², whose
///   system gamma is 1.2.
/// - White is at 203 cd/m², the HDR reference white of BT.2408, which SDR's white stands for in it: what was
///   graded for it, faces and paper, comes out as bright as in SDR, and only what is brighter is compressed.
/// - The greatest of the three colours goes through the EETF of BT.2390 and the others are scaled alike
///   ("maxRGB"), so that nothing changes its hue. The source's peak is what its mastering display or its content
///   light level says, or else 1000 cd/m², as HDR is mostly graded; it is black at 0.
/// - BT.2020 becomes BT.709 by the matrix between them (BT.2407), and what is outside of it is clipped; light becomes
///   signals by the inverse of BT.1886 with a black of 0: the power of 1/2.4.
///
/// Immutable, so that any thread may use it; made in less than a millisecond.
public final class ToneMap: Sendable {
  /// The variants of the pixel code. All give the same bytes.
  public enum Kernel: UInt32, Hashable, Sendable, CaseIterable {
    case portable
    case avx2
    case avx512

    /// The fastest that this processor runs.
    public static let best = Kernel(rawValue: ctone_best_kernel().rawValue) ?? .portable

    /// Those that this processor runs.
    public static var available: [Kernel] { allCases.filter { $0.rawValue <= best.rawValue } }
  }

  /// What is mapped.
  public struct Source: Hashable, Sendable {
    public var colour: ColourDescription
    /// The luminance of the brightest that it shows, in cd/m².
    public var peak: Double
    /// Whether its samples once had 8 bits, and are four times as large now.
    public var isOf8Bits: Bool

    /// nil for what is no HDR.
    public init?(_ colour: ColourDescription, peak: Double? = nil, isOf8Bits: Bool = false) {
      guard colour.isHDR else { return nil }
      self.colour = colour
      self.peak = colour.isHLG ? ToneMap.nominalPeak : min(max(peak ?? ToneMap.nominalPeak, ToneMap.white), 10_000)
      self.isOf8Bits = isOf8Bits
    }
  }

  /// In cd/m².
  static let white = 203.0
  static let nominalPeak = 1000.0
  private static let systemGamma = 1.2

  public let source: Source
  private let map: ctone_map

  public init(_ source: Source) {
    self.source = source
    let last = Double(CTONE_LAST)
    let (isHLG, peak) = (source.colour.isHLG, source.peak)
    var map = ctone_map()
    let highest = isHLG ? 1 : ToneCurves.pqSignal(peak)
    let levels = SignalLevels(source, highest: highest)
    map.luma_scale = Float(levels.luma)
    map.luma_offset = Float(-levels.luma * levels.black)
    map.r_cr = Float(levels.chroma * levels.coefficients.rCr)
    map.g_cb = Float(levels.chroma * levels.coefficients.gCb)
    map.g_cr = Float(levels.chroma * levels.coefficients.gCr)
    map.b_cb = Float(levels.chroma * levels.coefficients.bCb)
    unsafe withUnsafeMutableBytes(of: &map.light) {
      unsafe $0.write(
        PiecewiseCurve(degree: 3) { x in
          let light =
            isHLG ? ToneCurves.hlgSceneLight(x / last) : ToneCurves.pqLight(x / last * highest) / peak
          return pow(last * last * light, isHLG ? 0.5 : 0.25)
        })
    }
    unsafe withUnsafeMutableBytes(of: &map.gain) {
      unsafe $0.write(
        PiecewiseCurve(degree: 3) { x in
          let light = max(x * x / (last * last), 1e-9) * peak
          return ToneCurves.mapped(light, from: peak, to: Self.white) / light
        })
    }
    let toXYZ = ColourPrimaries(code: source.colour.primaries).toXYZ
    map.is_hlg = isHLG
    unsafe withUnsafeMutableBytes(of: &map.luminance) { unsafe $0.write(toXYZ.rows[1]) }
    unsafe withUnsafeMutableBytes(of: &map.system) {
      unsafe $0.write(PiecewiseCurve(degree: 3) { x in pow(x / last, Self.systemGamma - 1) })
    }
    let gamut = ColourPrimaries.bt709.toXYZ.inverse.times(toXYZ)
    unsafe withUnsafeMutableBytes(of: &map.gamut) {
      unsafe $0.write(gamut.rows.flatMap { row in row.map { $0 * peak / Self.white } })
    }
    // BT.709-6, 3.2: what each colour is of the luma, in codes.
    unsafe withUnsafeMutableBytes(of: &map.signal) { signal in
      for (colour, weight) in [0.2126, 0.7152, 0.0722].enumerated() {
        let curve = PiecewiseCurve(degree: 2, meetsZero: true) { x in 219 * weight * pow(x / last, 2 / 2.4) }
        unsafe UnsafeMutableRawBufferPointer(rebasing: signal[(colour * signal.count / 3)...]).write(curve)
      }
    }
    self.map = map
  }

  /// Maps a picture.
  ///
  /// - Precondition: `source` is `yuv420p10` and `target` `yuv420p`, and they are of one size.
  public func apply(_ source: PlanarPicture, into target: PlanarPicture, kernel: Kernel = .best) {
    unsafe precondition(source.layout == .yuv420p10 && target.layout == .yuv420p, "tone mapping is from 10 bits to 8")
    unsafe precondition(source.size == target.size, "the pictures are of two sizes")
    let from = unsafe ctone_source(luma: source.luma.source, cb: source.cb.source, cr: source.cr.source)
    let to = unsafe ctone_target(
      luma: target.luma.target(fill: 0), cb: target.cb.target(fill: 0), cr: target.cr.target(fill: 0))
    let size = unsafe source.size
    unsafe withUnsafePointer(to: map) {
      unsafe ctone_apply(
        ctone_kernel(rawValue: kernel.rawValue), $0, from, to, Int32(size.width), Int32(size.height))
    }
  }
}

extension ColourDescription {
  fileprivate var isHLG: Bool { transfer == 18 }

  /// Whether it is shown through a `ToneMap`: PQ and HLG.
  public var isHDR: Bool { transfer == 16 || isHLG }
}

/// What the code values of a source mean (BT.2100-2, tables 6 and 9).
private struct SignalLevels {
  /// Of a code to the signal, `highest` being `CTONE_LAST`.
  var luma: Double
  var chroma: Double
  /// The code of no light.
  var black: Double
  /// What Cb and Cr add to the signals.
  var coefficients: (rCr: Double, gCb: Double, gCr: Double, bCb: Double)

  init(_ source: ToneMap.Source, highest: Double) {
    let unit = Double(CTONE_LAST) / highest
    let (luma, chroma): (Double, Double) =
      switch source.colour.range {
      case .limited: (876, 896)
      case .full: source.isOf8Bits ? (1020, 1020) : (1023, 1023)
      }
    black = source.colour.range == .full ? 0 : 64
    self.luma = unit / luma
    self.chroma = unit / chroma
    let (red, blue) = source.colour.lumaWeights ?? ColourDescription.bt2020LumaWeights
    let green = 1 - red - blue
    coefficients = (
      2 * (1 - red), -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green, 2 * (1 - blue)
    )
  }
}
