import Media

extension PictureTurn {
  /// From libav's display matrix: nine numbers in 16.16 fixed point, or none at all.
  init?(displayMatrix bytes: UnsafePointer<UInt8>?, size: Int) {
    guard let bytes, size >= 9 * MemoryLayout<Int32>.size else { return nil }
    func value(_ index: Int) -> Double {
      Double(UnsafeRawPointer(bytes).loadUnaligned(fromByteOffset: index * 4, as: Int32.self)) / 65536
    }
    self.init(a: value(0), b: value(1), c: value(3), d: value(4))
  }
}
