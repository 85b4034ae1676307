import FFmpeg
import Media

/// Encodes the pictures of a view: on a graphics device where one does, else in software.
///
/// It keeps an encoder from picture to picture, and makes a new one, which starts with a key frame, when the colours
/// change or something goes wrong.
final class RenditionEncoder: PictureSink {
  private enum Device {
    /// A device is asked for once until `release`, as soon as it is no longer being tried out.
    case notAsked
    case none
    case encodes(HardwareEncoding)
  }

  private let rendition: Rendition
  private let hardware: HardwareAcceleration?
  private let output: @Sendable (EncodedFrame) -> Void
  private var encoder: Encoder?
  private var device = Device.notAsked
  /// What both encoders were opened for.
  private var colour: ColourDescription?
  private var lastTime: MediaTime?
  private var encoded: EncodedFrame?

  /// - Parameter output: gets every coded frame.
  init(
    _ rendition: Rendition, hardware: HardwareAcceleration?, output: @escaping @Sendable (EncodedFrame) -> Void
  ) {
    self.rendition = rendition
    self.hardware = hardware
    self.output = output
  }

  func prepare(for colour: ColourDescription) {
    use(colour)
    openDevice(colour)
    if case .encodes = device { return }
    if encoder == nil { encoder = try? Encoder(configuration(colour)) }
  }

  /// Times always increase: one that does not is moved to just after the one before.
  func take(_ picture: Picture, time: MediaTime, isEntryPoint: Bool) throws -> TakenPicture? {
    use(picture.colour)
    let time = max(time, lastTime.map { $0 + MediaTimeline.minimumDistance } ?? time)
    lastTime = time
    let frame = VideoFrame(picture)
    encoded = encodeOnDevice(frame, time: time, asKeyframe: isEntryPoint)
    if encoded == nil { encoded = try encode(frame, time: time, asKeyframe: isEntryPoint) }
    return encoded.map { TakenPicture(isEntryPoint: $0.isKeyFrame, bytes: $0.data.count) }
  }

  func present() {
    if let encoded = encoded.take() { output(encoded) }
  }

  func release() {
    encoder = nil
    device = .notAsked
    colour = nil
    encoded = nil
  }

  /// Another colour description belongs into new parameter sets.
  private func use(_ colour: ColourDescription) {
    guard self.colour != colour else { return }
    encoder = nil
    device = .notAsked
    self.colour = colour
  }

  private func encode(_ frame: VideoFrame, time: MediaTime, asKeyframe: Bool) throws(MediaError) -> EncodedFrame? {
    do throws(MediaError) {
      if encoder == nil { encoder = try Encoder(configuration(frame.colour)) }
      return try encoder?.encode(frame, time: time, forceKeyframe: asKeyframe)
    } catch {
      // The next frame gets a new one.
      encoder = nil
      throw error
    }
  }

  /// nil where the processor is to do it, as it does from the first failure on: its encoder begins with a key frame.
  private func encodeOnDevice(_ frame: VideoFrame, time: MediaTime, asKeyframe: Bool) -> EncodedFrame? {
    openDevice(frame.colour)
    guard case .encodes(let encoding) = device else { return nil }
    do throws(MediaError) {
      return try encoding.encode(frame, time: time, forceKeyframe: asKeyframe)
    } catch {
      device = .none
      hardware?.encodingFailed(error.description)
      return nil
    }
  }

  private func openDevice(_ colour: ColourDescription) {
    guard case .notAsked = device, rendition.codec == .h264, let hardware, !hardware.isBeingTriedOut else { return }
    device = .none
    guard let found = hardware.encoder(for: rendition.size) else { return }
    do throws(MediaError) {
      device = .encodes(try HardwareEncoding(configuration(colour), device: found))
      encoder = nil
    } catch {
      hardware.encodingFailed(error.description)
    }
  }

  private func configuration(_ colour: ColourDescription) -> EncoderConfiguration {
    guard let framerate = Rational(Int32(clamping: rendition.framerate), 1) else {
      preconditionFailure("a frame rate is greater than 0")
    }
    return EncoderConfiguration(
      codec: rendition.codec, size: rendition.size, framerate: framerate, bitrate: rendition.bitrate,
      keyframeInterval: rendition.keyframeInterval, colour: colour)
  }
}
