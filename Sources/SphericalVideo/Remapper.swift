import CRemap
import Media

/// Looks out of a source's picture through a table: bilinear, on the calling thread, without allocation.
public struct Remapper: Sendable {
  /// The variants of the pixel code. All give the same bytes.
  public enum Kernel: Hashable, Sendable, CaseIterable {
    case portable
    case avx2

    /// The fastest that this processor runs.
    public static let best: Kernel = cremap_best_kernel() == CREMAP_AVX2 ? .avx2 : .portable

    /// Those that this processor runs.
    public static var available: [Kernel] { best == .avx2 ? [.portable, .avx2] : [.portable] }

    fileprivate var c: cremap_kernel { self == .avx2 ? CREMAP_AVX2 : CREMAP_PORTABLE }
  }

  /// Projects `source` into `target`, which keeps the source's colour range; 10 bits are rounded to 8.
  ///
  /// - Precondition: `source` has the size that the table was built from; `target` the one it was built for, and three
  ///   planes of bytes.
  public static func remap(
    _ source: PlanarPicture, through table: RemapTable, into target: PlanarPicture, kernel: Kernel = .best
  ) {
    unsafe precondition(source.size == table.sourceSize, "the table is of another source")
    unsafe precondition(target.size == table.outputSize && target.layout == .yuv420p, "the table is for another output")
    let depth =
      switch unsafe source.layout {
      case .yuv420p, .nv12: CREMAP_8
      case .yuv420p10: CREMAP_10_LOW
      case .p010: CREMAP_10_HIGH
      }
    // The vector code keeps byte offsets in 32 bits.
    let reach = unsafe max(abs(source.luma.stride), abs(source.cb.stride)) * source.size.height
    let kernel = reach <= Int(Int32.max) ? kernel.c : CREMAP_PORTABLE
    unsafe table.luma.withTable { luma in
      unsafe cremap_plane(kernel, depth, luma, source.luma.source, target.luma.target(fill: 16))
    }
    unsafe table.chroma.withTable { chroma in
      let (cb, cr) = unsafe (target.cb.target(fill: 128), target.cr.target(fill: 128))
      if unsafe source.layout.isSemiPlanar {
        unsafe cremap_pairs(kernel, depth, chroma, source.cb.source, cb, cr)
      } else {
        unsafe cremap_plane(kernel, depth, chroma, source.cb.source, cb)
        unsafe cremap_plane(kernel, depth, chroma, source.cr.source, cr)
      }
    }
  }
}

extension PlanarPicture.Plane {
  fileprivate var source: cremap_source {
    unsafe cremap_source(base: base.assumingMemoryBound(to: UInt8.self), stride: stride)
  }

  fileprivate func target(fill: UInt8) -> cremap_target {
    unsafe cremap_target(base: base.assumingMemoryBound(to: UInt8.self), stride: stride, fill: fill)
  }
}
