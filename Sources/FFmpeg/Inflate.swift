import CFFmpeg

/// Unpacks raw DEFLATE data (RFC 1951).
///
/// - Parameter limit: What would be larger is not unpacked.
/// - Returns: nil when it is damaged or too large.
public func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
  var result = [UInt8](repeating: 0, count: limit)
  let count = bytes.withUnsafeBufferPointer { source in
    result.withUnsafeMutableBufferPointer { target in
      cffmpeg_inflate(source.baseAddress, source.count, target.baseAddress, target.count)
    }
  }
  guard count >= 0 else { return nil }
  result.removeLast(result.count - Int(count))
  return result
}
