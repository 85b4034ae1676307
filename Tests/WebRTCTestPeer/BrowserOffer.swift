import ICE
import Media
import SDP

/// An offer of the form that Chromium makes for one video and one audio track to receive.
struct BrowserOffer {
  var credentials: ICECredentials
  /// What follows `a=fingerprint:`.
  var fingerprint: String
  var codecs: [VideoCodec]
  var offersRetransmission: Bool

  /// The header extension identifiers that are offered.
  static let midExtension: UInt8 = 4
  static let playoutDelayExtension: UInt8 = 5

  private struct Format {
    var type: Int
    var map: String
    var parameters: String?
    var isMedia = true
  }

  private var formats: [Format] {
    var formats: [Format] = []
    for codec in codecs {
      switch codec {
      case .vp8:
        formats += media(96, "VP8/90000", nil)
      case .h264:
        formats += media(103, "H264/90000", h264("1", "42001f"))
        formats += media(107, "H264/90000", h264("0", "42001f"))
        formats += media(109, "H264/90000", h264("1", "42e01f"))
      }
    }
    formats += media(45, "AV1/90000", "level-idx=5;profile=0;tier=0")
    formats.append(Format(type: 114, map: "red/90000", isMedia: false))
    return formats
  }

  private func h264(_ mode: String, _ profile: String) -> String {
    "level-asymmetry-allowed=1;packetization-mode=\(mode);profile-level-id=\(profile)"
  }

  private func media(_ type: Int, _ map: String, _ parameters: String?) -> [Format] {
    let format = Format(type: type, map: map, parameters: parameters)
    guard offersRetransmission else { return [format] }
    return [format, Format(type: type + 1, map: "rtx/90000", parameters: "apt=\(type)", isMedia: false)]
  }

  private var transport: [String] {
    [
      "a=ice-ufrag:\(credentials.ufrag)", "a=ice-pwd:\(credentials.password)", "a=ice-options:trickle",
      "a=fingerprint:\(fingerprint)", "a=setup:actpass",
    ]
  }

  var text: String {
    let formats = formats
    var lines = [
      "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
      "a=extmap-allow-mixed", "a=msid-semantic: WMS",
      "m=video 9 UDP/TLS/RTP/SAVPF " + formats.map { String($0.type) }.joined(separator: " "),
      "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
    ]
    lines += transport
    lines += [
      "a=mid:0",
      "a=extmap:1 urn:ietf:params:rtp-hdrext:toffset",
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
      "a=extmap:\(Self.midExtension) urn:ietf:params:rtp-hdrext:sdes:mid",
      "a=extmap:\(Self.playoutDelayExtension) http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
      "a=recvonly", "a=rtcp-mux", "a=rtcp-rsize",
    ]
    for format in formats {
      lines.append("a=rtpmap:\(format.type) \(format.map)")
      if format.isMedia {
        lines += ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"].map { "a=rtcp-fb:\(format.type) \($0)" }
      }
      if let parameters = format.parameters { lines.append("a=fmtp:\(format.type) \(parameters)") }
    }
    lines += ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0"]
    lines += transport
    lines += ["a=mid:1", "a=recvonly", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 useinbandfec=1"]
    return lines.joined(separator: "\r\n") + "\r\n"
  }
}
