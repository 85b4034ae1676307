import DTLS
import Media
import SansIO

/// What a connection needs beyond the viewer's offer.
public struct PeerConfiguration: Sendable {
  /// The appliance's certificate; one serves all connections.
  public var certificate: Certificate
  /// Where the one media port can be reached, the best address first.
  public var localAddresses: [TransportAddress]
  /// The codecs that can be sent, the preferred one first.
  public var codecs: [VideoCodec]
  /// The time at which the connection is made.
  public var now: Instant
  /// What to add to an `Instant` in nanoseconds to get nanoseconds since 1970 (UTC): sender reports tell the wall
  /// clock.
  public var wallClockOffset: Int64
  /// How long ICE and DTLS may take together.
  public var connectTimeout: Duration
  /// How long a viewer may be silent (RFC 7675 section 5.1).
  public var consentTimeout: Duration
  /// The distance of sender reports.
  public var reportInterval: Duration
  /// Requests for a key frame that come closer together than this become one.
  public var keyframeRequestInterval: Duration

  public init(
    certificate: Certificate, localAddresses: [TransportAddress], codecs: [VideoCodec] = [.h264, .vp8],
    now: Instant, wallClockOffset: Int64 = 0, connectTimeout: Duration = .seconds(10),
    consentTimeout: Duration = .seconds(30), reportInterval: Duration = .seconds(1),
    keyframeRequestInterval: Duration = .milliseconds(100)
  ) {
    self.certificate = certificate
    self.localAddresses = localAddresses
    self.codecs = codecs
    self.now = now
    self.wallClockOffset = wallClockOffset
    self.connectTimeout = connectTimeout
    self.consentTimeout = consentTimeout
    self.reportInterval = reportInterval
    self.keyframeRequestInterval = keyframeRequestInterval
  }
}
