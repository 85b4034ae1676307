/// A view of a 4:2:0 picture that somebody else owns, valid for the duration of the call that hands it out.
///
/// The luma plane has `size` samples; a chroma plane has half of each, rounded up.
@unsafe public struct PlanarPicture {
  /// How samples lie in memory.
  public enum Layout: Hashable, Sendable {
    /// Three planes of 8-bit samples.
    case yuv420p
    /// Three planes of 16-bit words, the sample in the low 10 bits.
    case yuv420p10
    /// A luma plane and one of Cb, Cr pairs, 8 bits each.
    case nv12
    /// As `nv12` with 16-bit words, the sample in the high 10 bits.
    case p010

    public var bytesPerSample: Int { self == .yuv420p || self == .nv12 ? 1 : 2 }

    /// Whether Cb and Cr share the second plane.
    public var isSemiPlanar: Bool { self == .nv12 || self == .p010 }
  }

  /// One plane: row `y` starts `y * stride` bytes after `base`.
  @unsafe public struct Plane {
    public var base: UnsafeMutableRawPointer
    public var stride: Int

    public init(base: UnsafeMutableRawPointer, stride: Int) {
      unsafe self.base = base
      unsafe self.stride = stride
    }
  }

  public var layout: Layout
  public var size: VideoSize
  /// Y, then Cb, then Cr; of a semi-planar picture Y, then Cb and Cr together.
  public var luma: Plane
  public var cb: Plane
  public var cr: Plane

  public init(layout: Layout, size: VideoSize, luma: Plane, cb: Plane, cr: Plane) {
    unsafe self.layout = layout
    unsafe self.size = size
    unsafe self.luma = luma
    unsafe self.cb = cb
    unsafe self.cr = cr
  }

  /// The size of a chroma plane, in samples.
  public var chromaSize: VideoSize {
    unsafe VideoSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
  }
}
