import CScanout
import Media

/// Makes pixels of a picture's samples: Y'CbCr to R'G'B' of 0–255, by the matrix and range that the picture names.
///
///     R' = Y' + 2(1 − Kr)·Cr,  B' = Y' + 2(1 − Kb)·Cb,  G' = (Y' − Kr·R' − Kb·B') / (1 − Kr − Kb)
///
/// Kr and Kb are the luma weights of red and blue. Within one level of what these give exactly. One pass, straight into the
/// card's memory: of a picture on the screen nothing else is written.
package struct ScanoutConversion: Sendable {
  /// The variants of the pixel code. All give the same bytes.
  package enum Kernel: Hashable, Sendable {
    case portable
    case avx2

    /// The fastest that this processor runs.
    package static let best: Kernel = cscanout_best_kernel() == CSCANOUT_AVX2 ? .avx2 : .portable

    fileprivate var c: cscanout_kernel { self == .avx2 ? CSCANOUT_AVX2 : CSCANOUT_PORTABLE }
  }

  private let matrix: cscanout_matrix

  package init(_ colour: ColourDescription) {
    let (kr, kb) = colour.lumaWeights ?? ColourDescription.bt709LumaWeights
    let kg = 1 - kr - kb
    let isFull = colour.range == .full
    let (lumaScale, chromaScale) = isFull ? (1.0, 1.0) : (255.0 / 219, 255.0 / 224)
    func fixed(_ value: Double) -> Int16 { Int16((value * 8192).rounded()) }
    matrix = cscanout_matrix(
      luma: UInt16(fixed(lumaScale)), red_of_cr: fixed(2 * (1 - kr) * chromaScale),
      green_of_cb: fixed(-2 * kb * (1 - kb) / kg * chromaScale),
      green_of_cr: fixed(-2 * kr * (1 - kr) / kg * chromaScale), blue_of_cb: fixed(2 * (1 - kb) * chromaScale),
      offset: Int16(16 - (isFull ? 0 : 16 * lumaScale * 32).rounded()))
  }

  /// Writes `picture` into `target`, from its top left corner.
  ///
  /// - Precondition: three planes of bytes, of the target's size.
  package func write(_ picture: PlanarPicture, into target: PixelMemory, kernel: Kernel = .best) {
    unsafe precondition(picture.layout == .yuv420p && picture.size == target.size, "a picture has the screen's size")
    var matrix = matrix
    unsafe cscanout_convert(
      kernel.c, &matrix, picture.luma.base.assumingMemoryBound(to: UInt8.self), picture.luma.stride,
      picture.cb.base.assumingMemoryBound(to: UInt8.self), picture.cr.base.assumingMemoryBound(to: UInt8.self),
      picture.cb.stride, target.base.assumingMemoryBound(to: UInt8.self), target.stride, target.size.width,
      target.size.height)
  }
}
