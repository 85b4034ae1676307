/// Appends big-endian integers to a byte array.
public struct ByteWriter: Sendable {
  public var bytes: [UInt8] = []

  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  public mutating func write(_ value: UInt8) { bytes.append(value) }
  public mutating func write(_ value: UInt16) { append(value) }
  public mutating func write(_ value: UInt32) { append(value) }
  public mutating func write(_ value: UInt64) { append(value) }
  public mutating func write(_ sequence: some Sequence<UInt8>) { bytes.append(contentsOf: sequence) }

  /// Overwrites two bytes that were written before, such as a length that is known only at the end.
  public mutating func overwrite(_ value: UInt16, at offset: Int) {
    bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    var shift = value.bitWidth
    while shift > 0 {
      shift -= 8
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
