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

  /// Projects `source` into `target`, which keeps the source's colour range; what the target has fewer bits for is
  /// rounded.
  ///
  /// - Parameters:
  ///   - second: The other picture of a source that has two.
  ///   - black: The luma of what the source does not show, of 8 bits.
  /// - Precondition: `source` has the size that the table was built from, and `second` the same size and layout;
  ///   `target` the one it was built for, and three planes (`yuv420p` or `yuv420p10`).
  public static func remap(
    _ source: PlanarPicture, _ second: PlanarPicture? = nil, through table: RemapTable, into target: PlanarPicture,
    black: UInt8 = 16, kernel: Kernel = .best
  ) {
    let second = unsafe second ?? source
    unsafe precondition(source.size == table.sourceSize, "the table is of another source")
    unsafe precondition(second.size == source.size && second.layout == source.layout, "the pictures are of two kinds")
    unsafe precondition(
      target.size == table.outputSize && (target.layout == .yuv420p || target.layout == .yuv420p10),
      "the table is for another output")
    let isWide = unsafe target.layout == .yuv420p10
    let plane = unsafe isWide ? cremap_plane_wide : cremap_plane
    let pairs = unsafe isWide ? cremap_pairs_wide : cremap_pairs
    let depth =
      switch unsafe source.layout {
      case .yuv420p, .nv12: CREMAP_8
      case .yuv420p10: CREMAP_10_LOW
      case .p010: CREMAP_10_HIGH
      }
    // The vector code keeps byte offsets in 32 bits.
    let strides = unsafe [source, second].map { unsafe max(abs($0.luma.stride), abs($0.cb.stride)) }
    let reach = unsafe (strides.max() ?? 0) * source.size.height
    let kernel = reach <= Int(Int32.max) ? kernel.c : CREMAP_PORTABLE
    unsafe table.luma.withTable { luma in
      unsafe withSources(source.luma, second.luma) {
        unsafe plane(kernel, depth, luma, $0, target.luma.target(fill: black))
      }
    }
    unsafe table.chroma.withTable { chroma in
      let (cb, cr) = unsafe (target.cb.target(fill: 128), target.cr.target(fill: 128))
      if unsafe source.layout.isSemiPlanar {
        unsafe withSources(source.cb, second.cb) { unsafe pairs(kernel, depth, chroma, $0, cb, cr) }
      } else {
        unsafe withSources(source.cb, second.cb) { unsafe plane(kernel, depth, chroma, $0, cb) }
        unsafe withSources(source.cr, second.cr) { unsafe plane(kernel, depth, chroma, $0, cr) }
      }
    }
  }
}

/// Calls `body` with a plane of each of a source's pictures, in the terms of C.
private func withSources(
  _ first: PlanarPicture.Plane, _ second: PlanarPicture.Plane, _ body: (UnsafePointer<cremap_source>) -> Void
) {
  var sources = unsafe (first.source, second.source)
  unsafe withUnsafePointer(to: &sources) {
    unsafe $0.withMemoryRebound(to: cremap_source.self, capacity: Int(CREMAP_PICTURES)) { unsafe body($0) }
  }
}

extension PlanarPicture.Plane {
  var source: cremap_source {
    unsafe cremap_source(base: base.assumingMemoryBound(to: UInt8.self), stride: stride)
  }

  func target(fill: UInt8) -> cremap_target {
    unsafe cremap_target(base: base.assumingMemoryBound(to: UInt8.self), stride: stride, fill: fill)
  }
}
