import SphericalMetadata

/// Parses `bytes` as the contents of a `moov` box. Whatever they are, it must end without a trap.
public func fuzzSphericalBoxes(_ bytes: UnsafeRawBufferPointer) {
  _ = try? SphericalBoxes.parse(RawSpan(_unsafeBytes: bytes))
}

/// Takes `bytes` as a Matroska file of which the projection is asked.
public func fuzzMatroskaTracks(_ bytes: UnsafeRawBufferPointer) {
  let file = [UInt8](bytes)
  let source = FileBytes(size: Int64(file.count)) { count, offset in
    guard count >= 0, offset >= 0, offset <= Int64(file.count - count) else { return nil }
    return Array(file[Int(offset)..<Int(offset) + count])
  }
  _ = SphericalMetadata(matroska: source, videoTrack: 0)
  _ = MatroskaTracks.parse(file.span.bytes)
}

/// Takes `bytes` as the unpacked contents of an `mshp` box.
public func fuzzMesh(_ bytes: UnsafeRawBufferPointer) { _ = try? SphericalMesh.parse([UInt8](bytes)) }

/// Takes `bytes` as a still picture, and as a name.
public func fuzzPhotoSphere(_ bytes: UnsafeRawBufferPointer) {
  let file = [UInt8](bytes)
  _ = SphericalMetadata(
    still: FileBytes(size: Int64(file.count)) { count, offset in
      guard count >= 0, offset >= 0, offset <= Int64(file.count - count) else { return nil }
      return Array(file[Int(offset)..<Int(offset) + count])
    })
  _ = SphericalMetadata(name: String(decoding: file.prefix(4096), as: UTF8.self))
}
