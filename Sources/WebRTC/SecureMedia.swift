import DTLS
import SRTP

/// The two directions of SRTP that a handshake agreed on, shared by all sections of a connection.
package final class SecureMedia {
  package var outbound: SRTPSession
  package var inbound: SRTPSession

  package init(_ keys: SRTPKeyingMaterial) throws(SRTPError) {
    guard let profile = ProtectionProfile(rawValue: keys.profile) else { throw .refused }
    let outbound = try keys.withLocalMaster { master throws(SRTPError) in
      try SRTPSession(.outbound, profile: profile, master: master)
    }
    let inbound = try keys.withRemoteMaster { master throws(SRTPError) in
      try SRTPSession(.inbound, profile: profile, master: master)
    }
    self.outbound = outbound
    self.inbound = inbound
  }
}
