import RTP
import SansIO
import SDP
import WebRTC

extension EngineLoop {
  /// Makes a connection out of an offer.
  func accept(
    _ offer: String, id: ConnectionID, stream: (VideoCodecName) -> StreamID, at now: Instant
  ) -> Result<String, EngineError> {
    guard peers.count < configuration.maximumConnections else {
      return .failure(.tooManyConnections(limit: configuration.maximumConnections))
    }
    guard peers[id] == nil else { return .failure(.duplicateID) }
    var settings = configuration.peer
    settings.now = now
    settings.wallClockOffset = Poller.wallClockOffset()
    settings.localAddresses = advertisedAddresses()
    var random = SystemRandomNumberGenerator()
    do throws(PeerError) {
      let connection = try PeerConnection(offer: offer, configuration: settings, random: &random)
      let answer = connection.answer
      let first = stream(connection.session.video.codec)
      let peer = Peer(id: id, connection: connection, stream: first)
      peers.insert(peer)
      settle(peer, at: now)
      return .success(answer)
    } catch {
      return .failure(.peer(error))
    }
  }

  /// Where viewers are told that the port is: at what was configured, else where it is bound, else at the interfaces.
  private func advertisedAddresses() -> [TransportAddress] {
    let bound = localAddress
    var addresses = configuration.advertisedAddresses
    if addresses.isEmpty {
      addresses =
        bound.ip.isUnspecified
        ? NetworkInterfaces.addresses(includingLoopback: configuration.advertisesLoopback) : [bound.ip]
    }
    // An IPv6 socket bound to no address serves both families, an IPv4 socket only its own.
    return addresses.filter { bound.ip.isV6 || !$0.isV6 }.map { TransportAddress($0, port: bound.port) }
  }
}
