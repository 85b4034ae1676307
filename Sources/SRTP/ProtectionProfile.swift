/// The SRTP protection profiles that are spoken, with their numbers in DTLS-SRTP (RFC 5764 section 4.1.2, RFC 7714).
public enum ProtectionProfile: UInt16, Hashable, Sendable, CaseIterable {
  case aes128CMHMACSHA1_80 = 0x0001
  case aeadAES128GCM = 0x0007

  /// Bytes of master key followed by bytes of master salt.
  public var masterByteCount: Int { self == .aeadAES128GCM ? 16 + 12 : 16 + 14 }

  /// How many bytes `protect` adds to an RTP packet.
  public var rtpOverhead: Int { self == .aeadAES128GCM ? 16 : 10 }

  /// How many bytes `protectRTCP` adds to an RTCP packet: the tag, and the index with its E bit.
  public var rtcpOverhead: Int { rtpOverhead + 4 }
}
