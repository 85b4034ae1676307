import Fairness
import NIOCore
import SansIO

/// Decides which TCP connections get a place. All are accepted, so that one that gives way makes room at once.
struct ConnectionAdmission: Sendable {
  enum Verdict {
    case admitted(Place)
    /// The server's own question to itself, which needs no place.
    case probe
    case refused
  }

  let places: Places
  let source: @Sendable (IPAddress) -> Source
  let statistics: WebServerStatistics

  func admit(_ channel: any Channel) -> Verdict {
    let source = source(of: channel)
    if source == .loopback, statistics.probePort.isProbe(channel.remoteAddress?.port) { return .probe }
    let place = places.take(from: source, isPrivileged: source == .loopback) { [statistics] in
      statistics.count { $0.connectionsDisplaced += 1 }
      channel.close(promise: nil)
    }
    if let place {
      channel.closeFuture.whenComplete { _ in place.release() }
      return .admitted(place)
    }
    statistics.count { $0.connectionsRefused += 1 }
    return .refused
  }

  /// Whose connection it is: this machine's own when both ends have the same address.
  func source(of channel: any Channel) -> Source {
    let remote = Self.address(channel.remoteAddress)
    return remote != nil && remote == Self.address(channel.localAddress) ? .loopback : source(remote ?? .anyV4)
  }

  private static func address(_ address: SocketAddress?) -> IPAddress? {
    address?.ipAddress.flatMap { IPAddress(String($0.prefix { $0 != "%" })) }?.unmapped
  }
}
