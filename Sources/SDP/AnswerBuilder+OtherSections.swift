/// What becomes of the sections of an offer that nothing is sent in.
///
/// Players differ in how much of such a section they read, so each is complete: a format with its `rtpmap`, and what the
/// transport has. Only one that is refused has no candidates: a player that gives it a transport of its own would come to
/// the video's under the video's name.
extension AnswerBuilder {
  /// Whether an offered section shares the transport of the video and so can be there without being used.
  ///
  /// A section that is refused is cut out of the bundle (RFC 8843 section 7.3.3), and some players then wait for a
  /// transport of its own. One that is `inactive` is nothing but not used. Only RTP has a direction to say that by.
  func canRest(_ section: MediaDescription, in bundle: [String]?) -> Bool {
    guard let mid = section.mid, Self.isToken(mid), bundle?.contains(mid) == true else { return false }
    return !section.isRejected && section.isRTP && section.describedFormat != nil
  }

  /// Takes the section and sends nothing in it: the transport is that of the video.
  func rest(_ section: MediaDescription) -> MediaDescription {
    var media = complete(section, candidates: parameters.candidates)
    (media.port, media.connection) = defaultDestination
    return media
  }

  /// A port of zero refuses the section (RFC 8829 section 5.3.1), in its place.
  func refuse(_ section: MediaDescription) -> MediaDescription {
    complete(section, candidates: [])
  }

  private func complete(_ section: MediaDescription, candidates: [Candidate]) -> MediaDescription {
    let format = section.describedFormat
    var media = MediaDescription(
      kind: section.kind, port: 0, transport: section.transport,
      formats: format.map { [String($0.payloadType)] } ?? Array(section.formats.prefix(1)),
      connection: "IN IP4 0.0.0.0", attributes: transport(candidates))
    if let mid = section.mid, Self.isToken(mid) { media.attributes.append(SDPAttribute("mid", mid)) }
    media.attributes += [SDPAttribute("inactive"), SDPAttribute("rtcp-mux")]
    if let format {
      media.attributes.append(SDPAttribute("rtpmap", format.description))
      // Of a codec that is nothing without its parameters, those of the offer.
      let parameters = section.values(of: "fmtp").first { PayloadTypeLine($0)?.payloadType == format.payloadType }
      if let parameters { media.attributes.append(SDPAttribute("fmtp", parameters)) }
    }
    return media
  }
}

extension MediaDescription {
  /// Whether the section carries RTP over DTLS, and so has a direction.
  fileprivate var isRTP: Bool { (kind == "audio" || kind == "video") && Self.transports.contains(transport) }

  /// The first payload type of which it is said what it is, or known without (RFC 3551 section 6).
  fileprivate var describedFormat: RTPMap? {
    payloadTypes.first.flatMap { first in
      let maps = payloadFormats.map(\.map)
      if let named = maps.first, named.payloadType == first { return named }
      return Self.staticFormats[first].map { RTPMap(payloadType: first, encoding: $0, clockRate: 8000) } ?? maps.first
    }
  }

  private static let staticFormats: [UInt8: String] = [0: "PCMU", 3: "GSM", 8: "PCMA", 9: "G722"]
}
