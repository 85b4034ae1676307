import FFmpeg
import Media

/// A device's encoder on a thread of its own, for a preset's thread that waits only so long.
final class HardwareEncoding {
  private final class Session {
    var encoder: HardwareEncoder

    init(_ encoder: consuming HardwareEncoder) { self.encoder = encoder }
  }

  private let thread = DeviceThread<Session>(name: "encode")

  init(_ configuration: EncoderConfiguration, device: VAAPIDevice) throws(MediaError) {
    try thread.run(within: HardwareEngine.patience) { (session) throws(MediaError) in
      session = Session(try HardwareEncoder(configuration, device: device))
    }
  }

  func encode(_ picture: VideoFrame, time: MediaTime, forceKeyframe: Bool) throws(MediaError) -> EncodedFrame {
    try thread.run(within: HardwareEngine.patience) { (session) throws(MediaError) in
      guard let session else { throw .device("there is no encoder") }
      return try session.encoder.encode(picture, time: time, forceKeyframe: forceKeyframe)
    }
  }
}
