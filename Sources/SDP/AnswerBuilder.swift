import Media

/// Answers an offer (RFC 8829 section 5.3) as an ICE-lite, DTLS-passive sender of one video stream.
///
/// The first video section that wants to receive is taken, and nothing is sent in any other: those that share its
/// transport rest, the others are refused with port 0. Every section keeps its place.
public struct AnswerBuilder: Sendable {
  public let parameters: AnswerParameters

  public init(_ parameters: AnswerParameters) { self.parameters = parameters }

  /// Throws `.noCommonCodec` when no video section has a codec of ours, `.unacceptable` when the offer has no video to
  /// receive or its transport is not WebRTC's, each with a sentence for people.
  public func answer(to offer: SessionDescription) throws(SDPError) -> Answer {
    let mids = offer.media.compactMap(\.mid)
    guard Set(mids).count == mids.count, offer.bundles.allSatisfy({ Set($0).count == $0.count }) else {
      throw SDPError(.unacceptable, "Two sections of the offer have the same a=mid.")
    }
    let (index, video) = try chooseVideo(in: offer)
    let bundle = offer.bundles.first { $0.contains(video.mid) }
    let isKept = offer.media.indices.map { $0 == index || canRest(offer.media[$0], in: bundle) }
    let kept = (bundle ?? [video.mid]).compactMap { mid in
      offer.media.indices.first { isKept[$0] && offer.media[$0].mid == mid }
    }
    // The first that is kept owns the transport of all (RFC 8843 section 7.3.1); one that has none of its own leaves it to
    // the first of the bundle, kept or not (section 7.1.3), or to the session.
    let tagged = bundle?.first.flatMap { tag in offer.media.first { $0.mid == tag } }
    let holders: [any SDPAttributeHolder] =
      kept.prefix(1).map { offer.media[$0] } + [offer.media[index]] + (tagged.map { [$0] } ?? []) + [offer]
    let session = try negotiate(video, section: offer.media[index], transport: holders, in: offer)

    var answer = SessionDescription(origin: "- \(parameters.sessionID) 1 IN IP4 127.0.0.1")
    if bundle != nil {
      let mids = kept.compactMap { offer.media[$0].mid }.joined(separator: " ")
      answer.attributes.append(SDPAttribute("group", "BUNDLE \(mids)"))
    }
    answer.attributes.append(SDPAttribute("ice-lite"))
    answer.attributes.append(SDPAttribute("msid-semantic", "WMS \(parameters.streamID)"))
    answer.media = offer.media.enumerated().map { position, section in
      if position == index { return accept(section, as: video) }
      return isKept[position] ? rest(section) : refuse(section)
    }
    return Answer(text: answer.description, session: session)
  }

  private func chooseVideo(in offer: SessionDescription) throws(SDPError) -> (Int, NegotiatedVideo) {
    let receiving = offer.media.indices.filter { offer.media[$0].receivesVideo(sessionDirection: offer.direction) }
    guard !receiving.isEmpty else { throw SDPError(.unacceptable, "The offer has no video section that receives.") }
    let identified = receiving.compactMap { index in
      offer.media[index].mid.flatMap { mid in Self.isToken(mid) ? (index: index, mid: mid) : nil }
    }
    guard !identified.isEmpty else { throw SDPError(.unacceptable, "The offer's video section has no usable a=mid.") }
    for (index, mid) in identified {
      if let video = offer.media[index].chooseVideo(from: parameters.videoCodecs, mid: mid) { return (index, video) }
    }
    let names = parameters.videoCodecs.map { $0 == .h264 ? "H.264 (packetization-mode 1)" : "VP8" }
    throw SDPError(.noCommonCodec, "The offer has no video codec that is sent here: \(names.joined(separator: ", ")).")
  }

  private func negotiate(
    _ video: NegotiatedVideo, section: MediaDescription, transport holders: [any SDPAttributeHolder],
    in offer: SessionDescription
  ) throws(SDPError) -> NegotiatedSession {
    guard let credentials = holders.first(where: { $0.iceUfrag != nil && $0.icePassword != nil }),
      let ufrag = credentials.iceUfrag, let password = credentials.icePassword
    else { throw SDPError(.unacceptable, "The offer has no a=ice-ufrag and a=ice-pwd.") }
    guard let fingerprints = holders.map(\.fingerprints).first(where: { !$0.isEmpty }) else {
      throw SDPError(.unacceptable, "The offer has no a=fingerprint of sha-256, sha-384 or sha-512: DTLS is needed.")
    }
    let setup = holders.lazy.compactMap(\.setup).first ?? "actpass"
    guard setup == "actpass" || setup == "active" else {
      throw SDPError(.unacceptable, "The offer must let its own side start DTLS: a=setup:actpass or active.")
    }
    guard section.has("rtcp-mux") else { throw SDPError(.unacceptable, "The offer has no a=rtcp-mux.") }
    guard !offer.has("ice-lite") else { throw SDPError(.unacceptable, "Both sides are ICE-lite: nobody would check.") }
    return NegotiatedSession(
      remoteUfrag: ufrag, remotePassword: password, remoteFingerprints: fingerprints, video: video,
      offersDataChannel: offer.media.contains { $0.kind == "application" && !$0.isRejected })
  }

  private func accept(_ section: MediaDescription, as video: NegotiatedVideo) -> MediaDescription {
    let types = [video.payloadType] + (video.rtxPayloadType.map { [$0] } ?? [])
    let (port, connection) = defaultDestination
    var media = MediaDescription(
      kind: "video", port: port, transport: section.transport, formats: types.map(String.init), connection: connection)
    media.attributes += transport(parameters.candidates)
    media.attributes += [SDPAttribute("mid", video.mid), SDPAttribute("sendonly"), SDPAttribute("rtcp-mux")]
    if video.acceptsReducedSize { media.attributes.append(SDPAttribute("rtcp-rsize")) }
    media.attributes += extensions(of: section, video)
    media.attributes += format(video)
    media.attributes += source(video)
    return media
  }

  /// Where and how the one transport is reached (RFC 8839, RFC 8842).
  func transport(_ candidates: [Candidate]) -> [SDPAttribute] {
    var result = [SDPAttribute("ice-ufrag", parameters.ufrag), SDPAttribute("ice-pwd", parameters.password)]
    result += candidates.map(\.attribute)
    result += [
      SDPAttribute("end-of-candidates"), SDPAttribute("fingerprint", parameters.fingerprint.description),
      SDPAttribute("setup", "passive"),
    ]
    return result
  }

  /// The port and the `c=` of the most preferred candidate, for those who read nothing else (RFC 8839 section 4.2.1.2).
  var defaultDestination: (UInt16, String) {
    guard let candidate = parameters.candidates.first, candidate.port != 0 else { return (9, "IN IP4 0.0.0.0") }
    return (candidate.port, "IN \(candidate.host.contains(":") ? "IP6" : "IP4") \(candidate.host)")
  }

  private func extensions(of section: MediaDescription, _ video: NegotiatedVideo) -> [SDPAttribute] {
    var result: [SDPAttribute] = []
    for (id, uri) in [(video.playoutDelayExtension, ExtensionMap.playoutDelay), (video.midExtension, ExtensionMap.mid)]
    {
      guard let id else { continue }
      let offered = section.extensionMaps.first { $0.id == id && $0.uri == uri }
      let direction = offered?.direction == .recvonly ? "/sendonly" : ""
      result.append(SDPAttribute("extmap", "\(id)\(direction) \(uri)"))
    }
    return result
  }

  private func format(_ video: NegotiatedVideo) -> [SDPAttribute] {
    let type = video.payloadType
    var result = [SDPAttribute("rtpmap", "\(type) \(video.codec.encoding)/90000")]
    if video.codec == .h264 {
      let profile = video.profileLevelID.map { ";profile-level-id=\($0)" } ?? ""
      result.append(SDPAttribute("fmtp", "\(type) level-asymmetry-allowed=1;packetization-mode=1\(profile)"))
    }
    if video.acceptsNACK { result.append(SDPAttribute("rtcp-fb", "\(type) nack")) }
    if video.acceptsPLI { result.append(SDPAttribute("rtcp-fb", "\(type) nack pli")) }
    if video.acceptsFIR { result.append(SDPAttribute("rtcp-fb", "\(type) ccm fir")) }
    if let rtx = video.rtxPayloadType {
      result += [SDPAttribute("rtpmap", "\(rtx) rtx/90000"), SDPAttribute("fmtp", "\(rtx) apt=\(type)")]
    }
    return result
  }

  private func source(_ video: NegotiatedVideo) -> [SDPAttribute] {
    var result = [SDPAttribute("msid", "\(parameters.streamID) \(parameters.trackID)")]
    let ssrcs = [parameters.ssrc] + (video.rtxPayloadType == nil ? [] : [parameters.rtxSSRC])
    if ssrcs.count == 2 { result.append(SDPAttribute("ssrc-group", "FID \(ssrcs[0]) \(ssrcs[1])")) }
    result += ssrcs.map { SDPAttribute("ssrc", "\($0) cname:\(parameters.cname)") }
    return result
  }

  /// RFC 8866 section 9: what an identification tag may consist of; at most 32 of it here.
  static func isToken(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]".utf8.contains($0) }
  }
}
