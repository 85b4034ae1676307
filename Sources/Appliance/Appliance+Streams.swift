import Delivery
import Foundation
import Media
import RTP
import Signalling
import SphericalVideo

/// Which streams are encoded, and who is shown which.
extension Appliance {
  /// The viewer sees the stream from now on, and is told when it is the one that it is to see.
  func shows(_ id: ConnectionID, _ stream: StreamID, rtpTimestamp: UInt32) {
    let viewer = registry.switched(id, to: stream)
    settleStreams()
    if let viewer { tell(viewer, shows: stream.preset, rtpTimestamp: rtpTimestamp) }
  }

  func tell(_ viewer: ViewerRegistry.Viewer, shows preset: UInt8, rtpTimestamp: UInt32?) {
    guard let control = viewer.control else { return }
    let change = ServerMessage.PresetChange(
      preset: preset, scope: viewer.isFollowing ? .programme : .me, rtpTimestamp: rtpTimestamp,
      following: viewer.isFollowing, wanted: viewer.preset)
    send(.presetChanged(id: viewer.pendingReply, change), to: control)
  }

  /// Has what is watched encoded, as far as there are encoders, and everybody turned to what they are to see.
  ///
  /// Until a first picture has been encoded, the programme counts as watched.
  func settleStreams() {
    let codec = provenAfter == nil ? configuration.video.codecs.first : nil
    let settlement = registry.settle(
      programme: programme, proof: codec.map { StreamID(preset: programme, codec: $0) }, angle: catalogue.angle)
    channels.setAwake(settlement.awake)
    for (id, stream) in settlement.selections { driver.select(stream, for: id) }
    for (_, viewer) in settlement.settled {
      if let showing = viewer.showing { tell(viewer, shows: showing.preset, rtpTimestamp: nil) }
    }
    // `.closed` follows, and what follows from that.
    for id in settlement.withoutStream { driver.close(id) }
  }

  /// A graphics device that comes or goes makes for more or fewer encoders.
  func countEncoders() {
    let limit = configuration.encoders(deviceEncodes: hardware.encodes(configuration.channel.size))
    guard registry.encoders.limit != limit else { return }
    registry.encoders.limit = limit
    settleStreams()
  }
}

extension PresetCatalogue {
  /// Between the directions of two presets, in degrees.
  var angle: (UInt8, UInt8) -> Double {
    { first, second in
      guard let first = presets[first]?.orientation, let second = presets[second]?.orientation else { return 180 }
      let cosine =
        sin(first.pitch.radians) * sin(second.pitch.radians)
        + cos(first.pitch.radians) * cos(second.pitch.radians) * cos(first.yaw.radians - second.yaw.radians)
      return acos(min(max(cosine, -1), 1)) * 180 / .pi
    }
  }
}
