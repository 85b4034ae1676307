import CupolaConfiguration
import DTLS
import Delivery
import Media
import Playout
import RTP

/// The two towers and what joins them: what is played, what of it is encoded, and who is sent that.
struct Towers: Sendable {
  let player: Player
  let hardware: HardwareAcceleration
  let channels: ChannelPool
  let driver: DeliveryDriver

  /// Opens the media port.
  ///
  /// - Parameter events: is told what the towers' threads have to say.
  /// - Throws: `UDPSocketError` when the port is not to be had, `DTLSError` when no certificate can be made.
  init(configuration: ApplianceConfiguration, journal: any ItemJournal, events: EventQueue) throws {
    let hardware = HardwareAcceleration(configuration.acceleration) { events.append(.hardware($0)) }
    let player = Player(configuration: configuration.player, hardware: hardware, journal: journal) {
      events.append(.player($0))
    }
    let wiring = Wiring()
    let driver = try DeliveryDriver(
      configuration: try configuration.engine(certificate: Certificate.generate())
    ) { event in
      // A key frame is asked for on the spot; everything else can wait for the actor.
      if case .needsKeyframe(let stream) = event {
        wiring.requestKeyframe(stream)
      } else {
        events.append(.network(event))
      }
    }
    channels = ChannelPool(
      player: player, rendition: configuration.rendition, hardware: hardware, publish: { driver.publish($0) },
      event: { events.append(.channel($0, $1)) })
    wiring.connect(channels)
    self.player = player
    self.hardware = hardware
    self.driver = driver
  }
}

/// Lets the socket thread reach the channels, which are made after it.
private final class Wiring: Sendable {
  private let channels = LockedBox<ChannelPool?>(nil)

  func connect(_ pool: ChannelPool) { channels.set(pool) }

  func requestKeyframe(_ stream: StreamID) { channels.value?.requestKeyframe(stream) }
}

extension Appliance {
  nonisolated var player: Player { towers.player }
  nonisolated var hardware: HardwareAcceleration { towers.hardware }
  nonisolated var channels: ChannelPool { towers.channels }
  nonisolated var driver: DeliveryDriver { towers.driver }
}
