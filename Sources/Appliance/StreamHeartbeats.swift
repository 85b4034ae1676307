import Heartbeats
import Media
import RTP

/// A heartbeat for every stream that there can ever be: the supervisor walks through them without a lock, also while
/// presets come and go.
struct StreamHeartbeats: Sendable {
  let all: [Heartbeat]

  init() {
    all = (0...UInt8.max).flatMap { preset in
      VideoCodec.allCases.map { Heartbeat("preset \(preset) (\($0.rawValue))") }
    }
    // A channel is made when somebody watches.
    for heartbeat in all { heartbeat.rest(.nobodyWatches) }
  }

  subscript(preset: UInt8, codec: VideoCodec) -> Heartbeat {
    all[Int(preset) * VideoCodec.allCases.count + (VideoCodec.allCases.firstIndex(of: codec) ?? 0)]
  }
}
