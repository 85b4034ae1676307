import FFmpeg
import Media

/// How a track of pictures is decoded, and by what.
struct DecodingPlan {
  let video: VideoStream
  /// Threads of a decoder in software.
  let threads: Int
  let memory: PictureMemory
  let hardware: HardwareAcceleration?
  /// How long software may take to get from a key frame to where a device failed.
  let recoveryLimit: MediaTime

  /// What decodes now: a device where one is able to, else software, and why.
  func makeEngine() throws(MediaError) -> (any DecodingEngine, DecoderStatus) {
    var reason: String?
    switch hardware?.decoder(for: video) {
    case .software(let why): reason = why
    case .device(let device):
      do throws(MediaError) {
        return (try makeEngine(on: device), DecoderStatus(name: device.name))
      } catch {
        reason = error.description
        failed(because: error.description)
      }
    case nil: break
    }
    return (try makeSoftware(), DecoderStatus(name: DecoderStatus.software, reason: reason))
  }

  func makeEngine(on device: VAAPIDevice) throws(MediaError) -> HardwareEngine {
    try HardwareEngine(video, device: device, display: hardware?.discarded ?? 0)
  }

  func makeSoftware() throws(MediaError) -> SoftwareEngine {
    try SoftwareEngine(video, threads: threads, memory: memory)
  }

  /// A decoder could not be made on the device, or failed while it was none's turn.
  func failed(because reason: String) {
    hardware?.discardDevice()
    hardware?.decodingFailed(reason)
  }
}
