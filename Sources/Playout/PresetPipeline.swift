import FFmpeg
import Media
import SphericalVideo

/// How presets are encoded.
public struct ChannelConfiguration: Hashable, Sendable {
  public var size: VideoSize
  /// Frames a second, at most.
  public var framerate: Int
  /// Bits a second.
  public var bitrate: Int
  /// The longest distance of key frames that nobody asked for, in seconds.
  public var keyframeInterval: Double

  public init(
    size: VideoSize = VideoSize(width: 1280, height: 720), framerate: Int = 30, bitrate: Int = 4_000_000,
    keyframeInterval: Double = 10
  ) {
    self.size = size
    self.framerate = framerate
    self.bitrate = bitrate
    self.keyframeInterval = keyframeInterval
  }
}

/// One preset's way from a panorama to a coded frame, on the thread of whoever calls it.
///
/// It keeps a table, an output picture and an encoder from frame to frame, and makes new ones when the source becomes
/// another: a new encoder starts with a key frame.
public struct PresetPipeline: ~Copyable {
  public var preset: CameraPreset
  public let codec: VideoCodec
  public let configuration: ChannelConfiguration

  private let tables: RemapTableCache
  private var table: (view: SourceView, preset: CameraPreset, table: RemapTable)?
  private var output: VideoFrame?
  private var encoder: Encoder?
  /// What both encoders were opened for.
  private var encoderColour: ColourDescription?
  private let hardware: HardwareAcceleration?
  private var hardwareEncoder: HardwareEncoding?
  /// A device is asked for once until the pipeline is released, as soon as it is no longer being tried out.
  private var asksForHardware = true
  private var lastTime: MediaTime?

  public init(
    preset: CameraPreset, codec: VideoCodec, configuration: ChannelConfiguration, tables: RemapTableCache,
    hardware: HardwareAcceleration? = nil
  ) {
    self.hardware = hardware
    self.preset = preset
    self.codec = codec
    self.configuration = configuration
    self.tables = tables
  }

  /// Looks out of the panorama. The picture is reused: it is good until the next call.
  public mutating func project(_ source: TimedFrame) throws(MediaError) -> VideoFrame {
    let table = table(for: source.view)
    let target = try picture(colour: source.frame.colour)
    unsafe source.frame.withPicture { picture in
      unsafe target.withMutablePicture {
        unsafe Remapper.remap(picture.cropped(to: source.view.region), through: table, into: $0)
      }
    }
    return target
  }

  /// Projects and encodes. Times of frames always increase: one that does not is moved to just after the one before.
  public mutating func encode(_ source: TimedFrame, forceKeyframe: Bool) throws(MediaError) -> EncodedFrame? {
    let picture = try project(source)
    let time = max(source.time, lastTime.map { $0 + MediaTimeline.minimumDistance } ?? source.time)
    lastTime = time
    if let coded = encodeOnDevice(picture, time: time, forceKeyframe: forceKeyframe) { return coded }
    do throws(MediaError) {
      if encoder == nil { encoder = try makeEncoder(colour: picture.colour) }
      return try encoder?.encode(picture, time: time, forceKeyframe: forceKeyframe)
    } catch {
      // The next frame gets a new one.
      encoder = nil
      throw error
    }
  }

  /// Makes what `encode` needs for frames like this one, which takes many milliseconds. What cannot be made, `encode` says.
  public mutating func prepare(for source: TimedFrame) {
    _ = table(for: source.view)
    _ = try? picture(colour: source.frame.colour)
    openHardwareEncoder(colour: source.frame.colour)
    if encoder == nil, hardwareEncoder == nil { encoder = try? makeEncoder(colour: source.frame.colour) }
  }

  /// nil where the processor is to do it, as it does from the first failure on: its encoder begins with a key frame.
  private mutating func encodeOnDevice(_ picture: VideoFrame, time: MediaTime, forceKeyframe: Bool) -> EncodedFrame? {
    openHardwareEncoder(colour: picture.colour)
    guard let hardwareEncoder else { return nil }
    do throws(MediaError) {
      return try hardwareEncoder.encode(picture, time: time, forceKeyframe: forceKeyframe)
    } catch {
      self.hardwareEncoder = nil
      // A call that was given up may still read it.
      output = nil
      hardware?.encodingFailed(error.description)
      return nil
    }
  }

  private mutating func openHardwareEncoder(colour: ColourDescription) {
    guard asksForHardware, codec == .h264, let hardware, !hardware.isBeingTriedOut else { return }
    asksForHardware = false
    guard let device = hardware.encoder(for: configuration.size) else { return }
    do throws(MediaError) {
      hardwareEncoder = try HardwareEncoding(encoderConfiguration(colour: colour), device: device)
      encoder = nil
    } catch {
      hardware.encodingFailed(error.description)
    }
  }

  /// Lets go of the encoder, the picture and the table.
  public mutating func release() {
    encoder = nil
    encoderColour = nil
    hardwareEncoder = nil
    asksForHardware = true
    output = nil
    table = nil
  }

  private mutating func table(for view: SourceView) -> RemapTable {
    if let table, table.view === view, table.preset == preset { return table.table }
    let table = tables.table(from: view.geometry, to: configuration.size, preset: preset)
    self.table = (view, preset, table)
    return table
  }

  private mutating func picture(colour: ColourDescription) throws(MediaError) -> VideoFrame {
    if let output, output.colour == colour { return output }
    // Another colour description belongs into new parameter sets.
    if encoderColour != colour {
      encoderColour = colour
      encoder = nil
      hardwareEncoder = nil
      asksForHardware = true
    }
    let output = try VideoFrame.make(size: configuration.size, colour: colour)
    self.output = output
    return output
  }

  private func makeEncoder(colour: ColourDescription) throws(MediaError) -> Encoder {
    try Encoder(encoderConfiguration(colour: colour))
  }

  private func encoderConfiguration(colour: ColourDescription) -> EncoderConfiguration {
    guard let framerate = Rational(Int32(clamping: configuration.framerate), 1) else {
      preconditionFailure("a frame rate is greater than 0")
    }
    return EncoderConfiguration(
      codec: codec, size: configuration.size, framerate: framerate, bitrate: configuration.bitrate,
      keyframeInterval: configuration.keyframeInterval, colour: colour)
  }
}
