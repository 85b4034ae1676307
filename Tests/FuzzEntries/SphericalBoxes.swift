import SphericalMetadata

/// Parses `bytes` as the contents of a `moov` box. Whatever they are, it must end without a trap.
public func fuzzSphericalBoxes(_ bytes: UnsafeRawBufferPointer) {
  _ = try? SphericalBoxes.parse(RawSpan(_unsafeBytes: bytes))
}

/// Takes `bytes` as a Matroska file of which the projection is asked.
public func fuzzMatroskaTracks(_ bytes: UnsafeRawBufferPointer) {
  let file = [UInt8](bytes)
  _ = SphericalMetadata(matroska: FileBytes(file), videoTrack: 0)
  _ = MatroskaTracks.parse(file.span.bytes)
}

/// Takes `bytes` as the unpacked contents of an `mshp` box.
public func fuzzMesh(_ bytes: UnsafeRawBufferPointer) { _ = try? SphericalMesh.parse([UInt8](bytes)) }

/// Takes `bytes` as a still picture, and as a name.
public func fuzzPhotoSphere(_ bytes: UnsafeRawBufferPointer) {
  let file = [UInt8](bytes)
  _ = SphericalMetadata(still: FileBytes(file))
  _ = SphericalMetadata(name: String(decoding: file.prefix(4096), as: UTF8.self))
}

extension FileBytes {
  /// What lies in memory.
  public init(_ bytes: [UInt8]) {
    self.init(size: Int64(bytes.count)) { count, offset in
      guard count >= 0, offset >= 0, offset <= Int64(bytes.count - count) else { return nil }
      return Array(bytes[Int(offset)..<Int(offset) + count])
    }
  }
}
