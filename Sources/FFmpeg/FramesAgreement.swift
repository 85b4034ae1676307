import Glibc
import Media

extension VideoFrame {
  /// Whether both show the same samples, whatever the layout of their planes; 8 and 10 bits are never the same.
  ///
  /// As a device is compared with software: NV12 with three planes, P010 with ten low bits.
  public func hasSameSamples(as other: VideoFrame) -> Bool {
    guard size == other.size, let layout, let otherLayout = other.layout,
      layout.bytesPerSample == otherLayout.bytesPerSample
    else { return false }
    return withPicture { one in
      other.withPicture { two in
        let chroma = one.chromaSize
        return Self.areEqual(Samples(one, .luma), Samples(two, .luma), size)
          && Self.areEqual(Samples(one, .cb), Samples(two, .cb), chroma)
          && Self.areEqual(Samples(one, .cr), Samples(two, .cr), chroma)
      }
    }
  }

  private static func areEqual(_ one: Samples, _ two: Samples, _ size: VideoSize) -> Bool {
    for y in 0..<size.height {
      for x in 0..<size.width where one[x, y] != two[x, y] { return false }
    }
    return true
  }
}

/// One component of a picture, sample by sample.
private struct Samples {
  enum Component { case luma, cb, cr }

  private let base: UnsafeMutableRawPointer
  private let stride: Int
  private let step: Int
  private let isWide: Bool
  private let shift: UInt16

  init(_ picture: PlanarPicture, _ component: Component) {
    let bytes = picture.layout.bytesPerSample
    let isPair = picture.layout.isSemiPlanar && component != .luma
    let plane =
      switch component {
      case .luma: picture.luma
      case .cb: picture.cb
      case .cr: picture.cr
      }
    base = plane.base + (isPair && component == .cr ? bytes : 0)
    stride = plane.stride
    step = isPair ? 2 * bytes : bytes
    isWide = bytes == 2
    shift = picture.layout == .p010 ? 6 : 0
  }

  subscript(x: Int, y: Int) -> UInt16 {
    let sample = base + y * stride + x * step
    return isWide ? sample.load(as: UInt16.self) >> shift : UInt16(sample.load(as: UInt8.self))
  }
}
