import Clocks
import DatagramIO
import Dispatch
import Media
import RTP
import SansIO
import Synchronization
import WebRTC

/// Where offers are read and answered: one at a time, on a queue of its own.
///
/// Whoever offers chooses how long that takes. So it is not on the thread that sends everybody's media, and not on
/// Swift's cooperative pool, which a flood of offers would take from the web server. What waits is bounded by count, and
/// each offer by `SessionDescription.maximumSize`.
final class OfferDesk: Sendable {
  static let maximumWaiting = 64

  private let configuration: DeliveryConfiguration
  private let bound: TransportAddress
  private let queue = DispatchQueue(label: "cupola-offers", qos: .utility)
  /// Offers that wait or are being read.
  private let count = Mutex(0)

  init(configuration: DeliveryConfiguration, bound: TransportAddress) {
    self.configuration = configuration
    self.bound = bound
  }

  /// The connection that the offer makes and the answer to it; `.unavailable` at once when too many offers wait.
  func answer(
    _ offer: String, id: ConnectionID, stream: @escaping @Sendable (VideoCodec) -> StreamID
  ) async -> Result<(NewPeer, answer: String), DeliveryError> {
    let mayWait = count.withLock { count in
      guard count < Self.maximumWaiting else { return false }
      count += 1
      return true
    }
    guard mayWait else { return .failure(.unavailable) }
    return await withCheckedContinuation { continuation in
      queue.async { [self] in
        let result = read(offer, id: id, stream: stream)
        count.withLock { $0 -= 1 }
        continuation.resume(returning: result)
      }
    }
  }

  private func read(
    _ offer: String, id: ConnectionID, stream: (VideoCodec) -> StreamID
  ) -> Result<(NewPeer, answer: String), DeliveryError> {
    var settings = configuration.peer
    settings.now = Instant.now
    settings.wallClockOffset = MonotonicTime.wallClockOffset
    settings.localAddresses = advertisedAddresses()
    var random = SystemRandomNumberGenerator()
    do throws(PeerError) {
      let connection = try PeerConnection(offer: offer, configuration: settings, random: &random)
      let answer = connection.answer
      let first = stream(connection.session.video.codec)
      return .success((NewPeer(Peer(id: id, connection: connection, stream: first)), answer))
    } catch {
      return .failure(.peer(error))
    }
  }

  /// Where viewers are told that the port is: at what was configured, else where it is bound, else at the interfaces.
  private func advertisedAddresses() -> [TransportAddress] {
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
