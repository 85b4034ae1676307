import Media

extension VideoCodec {
  /// The codec's name in `a=rtpmap` (RFC 6184 section 8.1, RFC 7741 section 6.1).
  public var encoding: String {
    switch self {
    case .h264: "H264"
    case .vp8: "VP8"
    }
  }
}
