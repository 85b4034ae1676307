import Media

extension MediaDescription {
  /// Whether this is RTP video over DTLS that wants to receive; without a direction of its own the session's counts.
  func receivesVideo(sessionDirection: MediaDirection?) -> Bool {
    let direction = direction ?? sessionDirection ?? .sendrecv
    return kind == "video" && !isRejected && Self.transports.contains(transport)
      && (direction == .recvonly || direction == .sendrecv)
  }

  /// What browsers have offered over the years for the same thing (RFC 8829 section 5.1.2).
  static let transports: Set = ["UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"]

  /// The payload type to send with: the first of `codecs` that is offered in a way that we can serve.
  func chooseVideo(from codecs: [VideoCodec], mid: String) -> NegotiatedVideo? {
    let formats = payloadFormats
    for codec in codecs {
      let offered = formats.filter { $0.map.clockRate == 90000 && $0.map.encoding.uppercased() == codec.encoding }
      guard let chosen = codec == .h264 ? Self.chooseH264(from: offered) : offered.first else { continue }
      let rtx = formats.first {
        $0.map.encoding.lowercased() == "rtx" && $0.parameters["apt"] == String(chosen.payloadType)
      }
      return NegotiatedVideo(
        mid: mid, codec: codec, payloadType: chosen.payloadType, rtxPayloadType: rtx?.payloadType,
        profileLevelID: codec == .h264 ? chosen.profileLevelID : nil,
        acceptsNACK: chosen.feedback.contains("nack"), acceptsPLI: chosen.feedback.contains("nack pli"),
        acceptsFIR: chosen.feedback.contains("ccm fir"), acceptsReducedSize: has("rtcp-rsize"),
        playoutDelayExtension: extensionID(ExtensionMap.playoutDelay),
        midExtension: mid.utf8.count <= 16 ? extensionID(ExtensionMap.mid) : nil)
    }
    return nil
  }

  /// Of the H.264 types with packetization-mode 1 (RFC 6184), the one whose profile is nearest to what is sent,
  /// constrained baseline; of equals the first.
  private static func chooseH264(from offered: [PayloadFormat]) -> PayloadFormat? {
    let ranked = offered.filter { $0.parameters["packetization-mode"] == "1" }.map { ($0, $0.profileRank) }
    guard let best = ranked.map(\.1).min() else { return nil }
    return ranked.first { $0.1 == best }?.0
  }

  /// The id of an extension that the peer takes from us and that the one-byte header can carry.
  private func extensionID(_ uri: String) -> UInt8? {
    extensionMaps.first { map in
      map.uri == uri && (1...14).contains(map.id) && map.direction != .sendonly && map.direction != .inactive
    }.map { UInt8(truncatingIfNeeded: $0.id) }
  }
}

extension PayloadFormat {
  /// Six hexadecimal digits (RFC 6184 section 8.1); nil when it is missing or is something else.
  fileprivate var profileLevelID: String? {
    parameters["profile-level-id"].flatMap { text in
      text.utf8.count == 6 && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? text : nil
    }
  }

  /// The place in the order of preference; without a `profile-level-id` the profile is baseline.
  fileprivate var profileRank: Int {
    guard let profile = profileLevelID?.lowercased() else { return 1 }
    return Self.profiles.firstIndex { profile.hasPrefix($0) } ?? Self.profiles.count
  }

  /// Constrained baseline, baseline, main, constrained high, high: each decodes what is sent.
  private static let profiles = ["42e0", "4200", "4d00", "640c", "6400"]
}
