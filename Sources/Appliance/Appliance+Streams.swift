import Delivery
import Foundation
import Media
import Programme
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
    let isFollowing = programme.isFollowing(viewer.client)
    let change = ServerMessage.PresetChange(
      preset: preset, scope: isFollowing ? .programme : .me, rtpTimestamp: rtpTimestamp, following: isFollowing,
      wanted: viewer.wanted.preset)
    send(.presetChanged(id: viewer.pendingReply, change), to: viewer.client)
  }

  /// Has what is watched encoded, as far as there are encoders, and everybody turned to what they are to see.
  ///
  /// Until a first picture has been encoded, the programme counts as watched.
  func settleStreams() {
    let codec = life.provenAfter == nil ? configuration.video.codecs.first : nil
    let settlement = registry.settle(
      programme, proof: codec.map { StreamID(preset: programme.preset, codec: $0) }, angle: programme.presets.angle)
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
    let limit = configuration.encoders(deviceEncodes: hardware.encodes(configuration.rendition.size))
    guard registry.encoders.limit != limit else { return }
    registry.encoders.limit = limit
    settleStreams()
  }
}

extension PresetList {
  /// Between the directions of two presets, in degrees.
  var angle: (UInt8, UInt8) -> Double {
    { first, second in
      guard let first = self[first]?.camera.view.orientation, let second = self[second]?.camera.view.orientation else {
        return 180
      }
      let cosine =
        sin(first.pitch.radians) * sin(second.pitch.radians)
        + cos(first.pitch.radians) * cos(second.pitch.radians) * cos(first.yaw.radians - second.yaw.radians)
      return acos(min(max(cosine, -1), 1)) * 180 / .pi
    }
  }
}

extension Preset.Kind {
  fileprivate var camera: CameraView.Kind {
    switch self {
    case .rectilinear: .rectilinear
    case .stereographic: .stereographic
    case .equirectangular: .equirectangular
    case .cubemap3x2: .cubemap3x2
    }
  }
}

extension Preset {
  /// The preset as the media tower knows it.
  package var camera: CameraPreset {
    CameraPreset(
      number: number, name: name,
      orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)),
      fieldOfView: .degrees(fov), kind: kind.camera)
  }
}
