import CSRTP

/// Why a packet was not protected or not accepted.
public enum SRTPError: Error, Hashable, Sendable, CaseIterable {
  /// Too short, or not of RTP's form.
  case malformed
  /// The authentication tag is wrong.
  case unauthentic
  /// The packet was seen before.
  case replayed
  /// The packet is older than the replay window.
  case tooOld
  /// The peer speaks with more sources than a peer has.
  case tooManySources
  /// The buffer leaves no room for the tag.
  case noRoom
  /// The master key has protected all the packets that it may.
  case keyExhausted
  /// Anything else that the library says.
  case refused

  init(_ status: srtp_err_status_t) {
    switch status {
    case srtp_err_status_auth_fail: self = .unauthentic
    case srtp_err_status_replay_fail: self = .replayed
    case srtp_err_status_replay_old, srtp_err_status_pkt_idx_old: self = .tooOld
    case srtp_err_status_key_expired: self = .keyExhausted
    case srtp_err_status_bad_param, srtp_err_status_parse_err: self = .malformed
    default: self = .refused
    }
  }
}
