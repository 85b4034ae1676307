import Media

/// A picture with memory of its own, for tests.
final class OwnedPicture {
  let bytes: UnsafeMutableRawBufferPointer
  let view: PlanarPicture

  /// - Parameter padding: Bytes after each row, so that strides are not widths.
  init(_ layout: PlanarPicture.Layout, _ size: VideoSize, padding: Int = 0) {
    let sample = layout.bytesPerSample
    let chroma = VideoSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
    let lumaStride = size.width * sample + padding
    let chromaStride = chroma.width * sample * (layout.isSemiPlanar ? 2 : 1) + padding
    let (luma, plane) = (lumaStride * size.height, chromaStride * chroma.height)
    bytes = .allocate(byteCount: luma + plane * (layout.isSemiPlanar ? 1 : 2), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    let base = bytes.baseAddress!
    view = PlanarPicture(
      layout: layout, size: size, luma: .init(base: base, stride: lumaStride),
      cb: .init(base: base + luma, stride: chromaStride),
      cr: .init(base: layout.isSemiPlanar ? base + luma : base + luma + plane, stride: chromaStride))
  }

  deinit { bytes.deallocate() }

  func fillRandomly(_ random: inout some RandomNumberGenerator) {
    for i in bytes.indices { bytes[i] = .random(in: 0...255, using: &random) }
  }

  /// Plane 0 is Y, 1 Cb, 2 Cr.
  func size(ofPlane plane: Int) -> VideoSize { plane == 0 ? view.size : view.chromaSize }

  /// One sample as its bits in memory stand for it: 0–255 or 0–1023.
  subscript(plane: Int, x: Int, y: Int) -> Int {
    get {
      let (pointer, _) = place(plane, x, y)
      if view.layout.bytesPerSample == 1 { return Int(pointer.load(as: UInt8.self)) }
      let word = pointer.loadUnaligned(as: UInt16.self)
      return Int(view.layout == .p010 ? word >> 6 : word & 0x3FF)
    }
    set {
      let (pointer, _) = place(plane, x, y)
      if view.layout.bytesPerSample == 1 {
        pointer.storeBytes(of: UInt8(newValue), as: UInt8.self)
      } else {
        pointer.storeBytes(of: UInt16(view.layout == .p010 ? newValue << 6 : newValue), as: UInt16.self)
      }
    }
  }

  private func place(_ plane: Int, _ x: Int, _ y: Int) -> (UnsafeMutableRawPointer, Int) {
    let sample = view.layout.bytesPerSample
    let memory = plane == 0 ? view.luma : plane == 1 ? view.cb : view.cr
    let column = plane == 0 || !view.layout.isSemiPlanar ? x : 2 * x + plane - 1
    return (memory.base + y * memory.stride + column * sample, sample)
  }

  /// Fills all planes with a function of (plane, x, y).
  func fill(_ value: (Int, Int, Int) -> Int) {
    for plane in 0..<3 {
      let size = size(ofPlane: plane)
      for y in 0..<size.height { for x in 0..<size.width { self[plane, x, y] = value(plane, x, y) } }
    }
  }

  func hasSameBytes(as other: OwnedPicture) -> Bool { bytes.elementsEqual(other.bytes) }
}
