import Media
import SansIO

/// What offer and answer together say: all that the transport needs to start.
public struct NegotiatedSession: Hashable, Sendable {
  public var remoteUfrag: String
  public var remotePassword: String
  /// One of these is the hash of the certificate that the peer will show.
  public var remoteFingerprints: [Fingerprint]
  public var video: NegotiatedVideo
  /// Whether the offer had a data channel section (it is refused).
  public var offersDataChannel: Bool
}

/// The one video stream that is sent.
public struct NegotiatedVideo: Hashable, Sendable {
  public var mid: String
  public var codec: VideoCodec
  public var payloadType: UInt8
  /// Set when retransmissions go as a stream of their own (RFC 4588).
  public var rtxPayloadType: UInt8?
  /// The H.264 profile of the offer, six hexadecimal digits.
  public var profileLevelID: String?
  /// Generic NACK (RFC 4585 section 6.2.1).
  public var acceptsNACK: Bool
  /// Picture loss indication (RFC 4585 section 6.3.1).
  public var acceptsPLI: Bool
  /// Full intra request (RFC 5104 section 4.3.1).
  public var acceptsFIR: Bool
  /// Reduced-size RTCP (RFC 5506).
  public var acceptsReducedSize: Bool
  /// The header extension ids, 1…14, of those that both sides know.
  public var playoutDelayExtension: UInt8?
  public var midExtension: UInt8?

  public init(
    mid: String, codec: VideoCodec, payloadType: UInt8, rtxPayloadType: UInt8?, profileLevelID: String?,
    acceptsNACK: Bool, acceptsPLI: Bool, acceptsFIR: Bool, acceptsReducedSize: Bool, playoutDelayExtension: UInt8?,
    midExtension: UInt8?
  ) {
    self.mid = mid
    self.codec = codec
    self.payloadType = payloadType
    self.rtxPayloadType = rtxPayloadType
    self.profileLevelID = profileLevelID
    self.acceptsNACK = acceptsNACK
    self.acceptsPLI = acceptsPLI
    self.acceptsFIR = acceptsFIR
    self.acceptsReducedSize = acceptsReducedSize
    self.playoutDelayExtension = playoutDelayExtension
    self.midExtension = midExtension
  }
}
