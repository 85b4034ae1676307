import CupolaConfiguration
import DTLS
import Delivery
import FFmpeg
import Foundation
import Media
import Playout
import Programme
import SDP
import SansIO
import SphericalVideo
import WebRTC
import WebServer

extension ApplianceConfiguration {
  /// The configured presets as the media tower knows them.
  public var cameraPresets: [CameraPreset] { presets.map(\.camera) }

  var player: PlayerConfiguration {
    PlayerConfiguration(
      sources: playlistSources, repeats: playlist.repeats, maximumFramerate: video.framerate,
      stillDuration: MediaTime(seconds: playlist.stillDuration))
  }

  /// Where items are looked for, and what they may open.
  public var playlistSources: PlaylistSources {
    PlaylistSources(
      names: playlist.sources, optional: Set(ApplianceConfiguration.Playlist.standardSources),
      insecure: playlist.insecureSources, formats: mediaFormats, shape: shape)
  }

  /// Which containers and codecs are played.
  public var mediaFormats: MediaFormats {
    switch playlist.formats {
    case .standard: .standard
    case .all: .all
    }
  }

  /// What of the graphics card is used.
  public var acceleration: HardwareAcceleration.Configuration {
    let device: HardwareAcceleration.Configuration.Choice =
      switch hardware.device {
      case .auto: .automatic
      case .none: .none
      case .path(let path): .path(path)
      }
    return HardwareAcceleration.Configuration(device: device, decodes: hardware.decode, encodes: hardware.encode)
  }

  /// Of all codecs.
  var rendition: Rendition {
    Rendition(
      size: VideoSize(width: video.width, height: video.height), framerate: video.framerate, bitrate: video.bitrate)
  }

  /// The places that this machine's own screens and operators have besides `server.viewers`.
  package static let reservedViewers = 8
  /// Connections that were replaced end after those that replaced them have begun.
  private static let endingViewers = 256

  /// How many streams may be encoded at a time.
  func encoders(deviceEncodes: Bool) -> Int {
    switch video.encoders {
    case .count(let count): count
    case .auto:
      EncoderPlaces.automatic(
        cores: ProcessInfo.processInfo.activeProcessorCount, pixels: video.width * video.height * video.framerate,
        deviceEncodes: deviceEncodes)
    }
  }

  /// - Throws: `EndpointError` when an address in the configuration is none.
  func engine(certificate: Certificate) throws(EndpointError) -> DeliveryConfiguration {
    guard let ip = IPAddress(server.webRTC.host) else { throw EndpointError(host: server.webRTC.host) }
    return DeliveryConfiguration(
      bind: TransportAddress(ip, port: server.webRTC.port),
      peer: PeerConfiguration(
        certificate: certificate, localAddresses: [], codecs: video.codecs, now: Instant(nanoseconds: 0)),
      advertisedAddresses: server.advertise.compactMap { IPAddress($0) },
      maximumConnections: server.viewers + Self.reservedViewers + Self.endingViewers)
  }

  /// How many connections the web server is to take; fewer where the system has not enough descriptors.
  public var wantedConnections: Int { max(HTTPServiceConfiguration.Limits().connections, 4 * server.viewers) }

  /// How the web server is to listen.
  public var httpService: HTTPServiceConfiguration {
    var sockets = WebSocketConfiguration()
    // Remotes, and pages that reconnect, beside the viewers.
    sockets.connections = server.viewers + 64
    var limits = HTTPServiceConfiguration.Limits()
    limits.connections = DescriptorLimit.connections(of: wantedConnections)
    return HTTPServiceConfiguration(
      address: .init(host: server.http.host, port: Int(server.http.port)), webRoot: server.webRoot,
      allowedHostNames: server.hosts, proxies: server.proxies, limits: limits, webSocket: sockets)
  }
}

/// What was to be an IP address is none.
public struct EndpointError: Error, CustomStringConvertible {
  public var host: String

  public var description: String { "\"\(host)\" is not an IP address" }
}
