import FFmpeg

/// Parses `bytes` as the contents of a `moov` box. Whatever they are, it must end without a trap.
public func fuzzSphericalBoxes(_ bytes: UnsafeRawBufferPointer) {
  _ = try? SphericalBoxes.parse(RawSpan(_unsafeBytes: bytes))
}
