import FFmpeg
import Media
import SphericalVideo

/// The frames of a file or an address: demuxed, decoded, converted to 4:2:0 where they are not, with repaired times.
package final class MediaFileSource: FrameSource {
  package let description: SourceDescription
  package private(set) var decodeErrors = 0

  private let demuxer: Demuxer
  private var decoder: Decoder
  private let packet = Packet()
  private var converter = PixelConverter()
  private var timestamps: TimestampRepair
  private var consecutiveErrors = 0

  /// So many errors without a frame between them, and the rest is given up.
  private static let maximumConsecutiveErrors = 300

  /// Opens, blocking.
  package init(
    url: String, decoderThreads: Int? = nil, interruption: Interruption = Interruption()
  ) throws(MediaError) {
    let demuxer = try Demuxer(url: url) { interruption.isRaised }
    guard let video = demuxer.video else { throw .noVideo }
    let decoder = try Decoder(stream: video, threads: decoderThreads ?? Self.threads(for: video))
    let frameDuration = video.averageFrameRate.map { MediaTime(seconds: 1 / $0.value) } ?? .zero
    timestamps = TimestampRepair(timeBase: video.timeBase, origin: video.startTime, frameDuration: frameDuration)
    description = SourceDescription(
      duration: video.duration, claimedDuration: video.isDurationEstimated ? nil : video.duration,
      frameDuration: timestamps.frameDuration,
      projection: SourceProjection(video.spherical), decoder: Self.name(of: decoder.decodeKind))
    self.decoder = decoder
    self.demuxer = demuxer
  }

  package var isSparing: Bool {
    get { decoder.skipNonReference }
    set { decoder.skipNonReference = newValue }
  }

  package func step() throws(MediaError) -> SourceStep {
    do throws(MediaError) {
      if let frame = try decoder.receive() {
        let step = SourceStep.frame(try placed(frame))
        consecutiveErrors = 0
        return step
      }
      if decoder.isAtEnd { return .end }
      try feed()
    } catch {
      guard case .damaged = error else { throw error }
      decodeErrors += 1
      consecutiveErrors += 1
      guard consecutiveErrors < Self.maximumConsecutiveErrors else { throw error }
    }
    return .working
  }

  package func seek(to position: MediaTime) throws(MediaError) {
    try demuxer.seek(to: position)
    decoder.flush()
    timestamps.reset()
    consecutiveErrors = 0
  }

  private func feed() throws(MediaError) {
    if try demuxer.readPacket(packet) {
      try decoder.send(packet)
    } else {
      try decoder.sendEnd()
    }
  }

  private func placed(_ frame: VideoFrame) throws(MediaError) -> SourceFrame {
    guard SourceGeometry.sides.contains(frame.size.width), SourceGeometry.sides.contains(frame.size.height) else {
      throw .unsupportedPicture("\(frame.size) pixels")
    }
    return SourceFrame(
      frame: frame.layout == nil ? try converter.convert(frame) : frame,
      position: timestamps.position(of: frame.pts),
      duration: timestamps.duration(of: frame.duration) ?? timestamps.frameDuration)
  }

  /// One decodes 4K at 30 frames a second with 8 bits; what is more gets more.
  static func threads(for video: VideoStream) -> Int {
    let pixels = Double(video.size.width * video.size.height)
    let load = pixels * min(video.averageFrameRate?.value ?? 30, 120) * (video.bitDepth > 8 ? 2 : 1)
    return min(max(Int((load / (4096 * 2160 * 31)).rounded(.up)), 1), 4)
  }

  private static func name(of kind: DecodeKind) -> String {
    switch kind {
    case .software: "software"
    case .hardware(let name): name
    }
  }
}
