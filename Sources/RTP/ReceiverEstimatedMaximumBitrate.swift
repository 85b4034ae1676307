import SansIO

/// REMB: how much a receiver believes it can take (draft-alvestrand-rmcat-remb section 2.2).
public struct ReceiverEstimatedMaximumBitrate: Equatable, Sendable {
  /// Application layer feedback (RFC 4585 section 6.4), told apart by the letters REMB.
  static let format: UInt8 = 15
  private static let identifier: UInt32 = 0x5245_4D42

  public var sender: UInt32
  /// In bits per second; saturated where the exponent leaves 64 bits.
  public var bitrate: UInt64
  public var sources: [UInt32]

  public init(sender: UInt32, bitrate: UInt64, sources: [UInt32]) {
    self.sender = sender
    self.bitrate = bitrate
    self.sources = sources
  }

  /// nil for application layer feedback of another kind.
  init?(parsing body: RawSpan) throws(RTPError) {
    var reader = ByteReader(body)
    sender = try reader.uint32()
    try reader.pass(4)
    guard reader.remaining >= 8, try reader.uint32() == Self.identifier else { return nil }
    let count = try reader.uint8()
    let value = try reader.uint24()
    let exponent = UInt64(value >> 18)
    let mantissa = UInt64(value & 0x3FFFF)
    bitrate = mantissa.leadingZeroBitCount >= Int(exponent) ? mantissa << exponent : .max
    sources = []
    for _ in 0..<count { sources.append(try reader.uint32()) }
  }
}
