/// Serial number arithmetic (RFC 1982): the sequence numbers of RTP, the time stamps of RTCP.
extension FixedWidthInteger where Self: UnsignedInteger {
  /// Whether `self` comes after `other`, less than half the number space ahead.
  public func isNewer(than other: Self) -> Bool {
    let distance = self &- other
    return distance != 0 && distance < Self(1) << (Self.bitWidth - 1)
  }
}
