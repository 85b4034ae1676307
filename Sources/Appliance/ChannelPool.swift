import Delivery
import Heartbeats
import Media
import Playout
import RTP
import SansIO
import SphericalVideo
import Synchronization

/// A channel for every stream that is, or was, watched; those that nobody watches sleep.
///
/// Here the media tower meets the protocol tower: what a channel encodes goes to a packetizer, on the channel's own
/// thread, and from there to the network.
final class ChannelPool: Sendable {
  private struct State {
    /// What each preset shows, whoever wants it.
    var views: [UInt8: PresetView] = [:]
    var channels: [StreamID: PresetChannel] = [:]
    var unsendable: UInt64 = 0
    var marks: [StreamID: [FrameMark]] = [:]
  }

  /// When a frame left its encoder: the two ends of a latency measurement.
  struct FrameMark: Sendable {
    /// In 1/90000 s, before a viewer's own offset.
    var timestamp: UInt32
    /// Nanoseconds of the monotonic clock.
    var encodedAt: Int64
  }

  /// Two seconds of sixty frames.
  private static let maximumMarks = 120

  private let player: Player
  /// Of all codecs.
  private let rendition: Rendition
  private let hardware: HardwareAcceleration?
  let heartbeats = StreamHeartbeats()
  private let tables = RemapTableCache()
  private let publish: @Sendable (PacketizedFrame) -> Void
  private let event: @Sendable (StreamID, PresetChannel.Event) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - publish: gets each frame, payloaded, on a channel's thread; return soon.
  ///   - event: told what happens to a channel, on its thread.
  init(
    player: Player, rendition: Rendition, hardware: HardwareAcceleration? = nil,
    publish: @escaping @Sendable (PacketizedFrame) -> Void,
    event: @escaping @Sendable (StreamID, PresetChannel.Event) -> Void
  ) {
    self.player = player
    self.rendition = rendition
    self.hardware = hardware
    self.publish = publish
    self.event = event
  }

  /// What presets there are now: channels of changed ones look elsewhere, those of removed ones end.
  func setPresets(_ presets: [CameraPreset]) {
    let presets = Dictionary(presets.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    state.withLock { state in
      var changed: Set<UInt8> = []
      for (number, preset) in presets {
        if let view = state.views[number] {
          guard view.preset != preset else { continue }
          view.update(preset: preset)
          changed.insert(number)
        } else {
          state.views[number] = PresetView(preset: preset, size: rendition.size, tables: tables)
        }
      }
      state.views = state.views.filter { presets[$0.key] != nil }
      for (stream, channel) in state.channels {
        if presets[stream.preset] == nil { close(channel, stream, &state) }
        if changed.contains(stream.preset) { channel.refresh() }
      }
    }
  }

  /// Wakes the channels of `streams` and lets all others sleep.
  func setAwake(_ streams: Set<StreamID>) {
    state.withLock { state in
      for (stream, channel) in state.channels where channel.isAwake && !streams.contains(stream) {
        channel.sleep()
        state.marks[stream] = nil
      }
      for stream in streams {
        guard let view = state.views[stream.preset], let codec = stream.videoCodec else { continue }
        channel(for: stream, view, codec, &state).wake()
      }
    }
  }

  func requestKeyframe(_ stream: StreamID) {
    state.withLock { $0.channels[stream] }?.requestKeyframe()
  }

  /// The streams that are awake, and what their channels have done so far.
  var counters: [(stream: StreamID, isAwake: Bool, counters: PresetChannel.Counters)] {
    state.withLock { state in state.channels.map { ($0.key, $0.value.isAwake, $0.value.counters) } }
  }

  /// Frames that were too long to be sent.
  var unsendableFrames: UInt64 { state.withLock { $0.unsendable } }

  /// The frames that left the encoders since this was last asked, `maximumMarks` a stream at most.
  func takeFrameMarks() -> [StreamID: [FrameMark]] {
    state.withLock { state in
      defer { state.marks = [:] }
      return state.marks
    }
  }

  /// Ends every channel.
  func close() {
    state.withLock { state in
      for (stream, channel) in state.channels { close(channel, stream, &state) }
    }
  }

  private func close(_ channel: PresetChannel, _ stream: StreamID, _ state: inout State) {
    player.detach(channel)
    channel.close()
    state.channels[stream] = nil
    state.marks[stream] = nil
  }

  private func channel(
    for stream: StreamID, _ view: PresetView, _ codec: VideoCodec, _ state: inout State
  ) -> PresetChannel {
    if let channel = state.channels[stream] { return channel }
    let packetizer = Packetizer(stream: stream)
    var rendition = rendition
    rendition.codec = codec
    let channel = PresetChannel(
      view: view, rendition: rendition, hardware: hardware, heartbeat: heartbeats[stream.preset, codec],
      sink: { [weak self] frame in self?.send(frame, by: packetizer) }, events: { [event] in event(stream, $0) })
    state.channels[stream] = channel
    player.attach(channel)
    return channel
  }

  private func send(_ frame: EncodedFrame, by packetizer: Packetizer) {
    let stream = packetizer.stream
    let due = Instant(nanoseconds: player.monotonic(frame.time))
    guard let packetized = packetizer.packetize(frame, due: due) else {
      // Longer than anything that is configured makes: what refers to it would be broken.
      state.withLock { $0.unsendable += 1 }
      return requestKeyframe(stream)
    }
    publish(packetized)
    state.withLock { state in
      guard state.marks[stream, default: []].count < Self.maximumMarks else { return }
      state.marks[stream, default: []].append(FrameMark(timestamp: packetized.timestamp, encodedAt: frame.encodedAt))
    }
  }
}
