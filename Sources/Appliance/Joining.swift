import Delivery
import Fairness
import Media
import Programme
import SDP
import Signalling
import WebRTC

/// Why somebody cannot watch.
enum JoinError: Error {
  case viewerLimit(Int)
  case encoderLimit
  case unknownPreset
  case offerTooLong
  case offer(PeerError)
  case unavailable

  var signalling: SignallingError.Code {
    switch self {
    case .viewerLimit: .viewerLimit
    case .encoderLimit: .encoderLimit
    case .unknownPreset: .unknownPreset
    case .offerTooLong: .badOffer
    case .offer: hasNoCommonCodec ? .noCommonCodec : .badOffer
    case .unavailable: .internal
    }
  }

  var hasNoCommonCodec: Bool {
    if case .offer(.offer(let error)) = self { error.code == .noCommonCodec } else { false }
  }

  /// A sentence for people.
  var message: String {
    switch self {
    case .viewerLimit(let limit): "As many viewers as this Cupola allows (\(limit)) are watching."
    case .encoderLimit: "This Cupola encodes as many views as it can, and none of them in a codec of this browser."
    case .unknownPreset: Refusal.unknownPreset.sentence
    case .offerTooLong: "An offer is at most \(SessionDescription.maximumSize) bytes long."
    case .offer(let error):
      hasNoCommonCodec ? "This browser offers neither H.264 nor VP8." : "The offer cannot be answered: \(error)."
    case .unavailable: "The server cannot take viewers now."
    }
  }
}

/// Who asks to watch.
struct Visitor {
  var client: ClientID
  var source: Source
  var isOperator = false

  /// This machine's own screens and the operators have places of their own.
  var isPrivileged: Bool { isOperator || source == .loopback }
}

/// An answer to an offer.
struct Joined {
  var id: ConnectionID
  var answer: String
  var codec: VideoCodec
  /// What the viewer will see as far as can be said before it has connected.
  var preset: UInt8
  /// What it asked for.
  var wanted: UInt8
}
