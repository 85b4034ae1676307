/// Collects the payloads of one frame.
struct PayloadList {
  private(set) var bytes: [UInt8] = []
  private(set) var ends: [Int32] = []

  init(byteCapacity: Int) { bytes.reserveCapacity(byteCapacity) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ part: RawSpan) {
    unsafe part.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Ends the payload to which everything since the last end belongs.
  mutating func endPayload() { ends.append(Int32(truncatingIfNeeded: bytes.count)) }
}
