/// What follows the header of an RTCP packet, where it lies in its compound.
public struct RTCPPacketBody: ~Escapable {
  public let type: UInt8
  /// The count of what is in it, or the format of feedback.
  public let format: UInt8
  /// Where the body begins in the compound.
  let offset: Int
  let bytes: RawSpan

  @_lifetime(copy bytes)
  init(type: UInt8, format: UInt8, offset: Int, bytes: RawSpan) {
    self.type = type
    self.format = format
    self.offset = offset
    self.bytes = bytes
  }

  /// Throws what `RTCPPacket.init(_:)` throws, and allocates nothing for those that come often.
  public func check() throws(RTPError) {
    if case .some = try MissingPackets(self) { return }
    if case .some = try ReportBlocks(self) { return }
    _ = try RTCPPacket(self)
  }
}
