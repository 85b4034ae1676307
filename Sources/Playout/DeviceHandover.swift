import FFmpeg
import Media

/// Lets a device take over from software, which began because the device was still being tried out.
///
/// From a key frame on the device decodes beside software, and its pictures are taken from that one on: none is missing
/// and none comes twice.
struct DeviceHandover {
  private enum State {
    case none
    /// The device is still being tried out.
    case awaited
    /// It decodes from the key frame with this stamp on.
    case beside(HardwareEngine, from: Int64)
  }

  /// Software is behind the device by a picture for each of its threads, unless the stamps go back.
  private static let maximumBeside = 16

  private var state: State

  init(isAwaited: Bool) { state = isAwaited ? .awaited : .none }

  /// Nothing comes of it.
  mutating func cancel() {
    if case .beside = state { state = .none }
  }

  /// It begins anew with the next key frame.
  mutating func restart() {
    if case .beside = state { state = .awaited }
  }

  /// Gives the device what software has just got. Returns why nothing comes of it, when that turns out.
  mutating func send(_ packet: PacketBox, isWatched: Bool, isSparing: Bool, plan: DecodingPlan) -> String? {
    if case .none = state { return nil }
    guard let hardware = plan.hardware, !hardware.isBeingTriedOut else { return nil }
    do throws(MediaError) {
      if case .beside(let engine, _) = state, engine.readyCount > Self.maximumBeside { state = .none }
      if case .awaited = state {
        guard packet.packet.isKeyFrame, let stamp = packet.packet.pts else { return nil }
        state = .none
        switch hardware.decoder(for: plan.video) {
        case .software(let reason): return reason
        case .device(let device): state = .beside(try plan.makeEngine(on: device), from: stamp)
        }
      }
      guard case .beside(let engine, _) = state else { return nil }
      engine.isWatched = isWatched
      engine.isSparing = isSparing
      try engine.send(packet)
      return nil
    } catch {
      state = .none
      plan.failed(because: error.description)
      return error.description
    }
  }

  /// The device, where it has the picture that software has just come to.
  mutating func take(at stamp: Int64) -> HardwareEngine? {
    guard case .beside(let engine, let first) = state, stamp >= first else { return nil }
    state = .none
    return engine
  }
}
