import CFFmpeg
import Media
import Synchronization

/// One picture in memory: a reference to an AVFrame, shared and never copied on its way.
///
/// Sendable: it is written before it is handed on, by the one who made it, and only read afterwards; libav counts the
/// references to its memory atomically.
public final class VideoFrame: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<AVFrame>

  /// The size of the picture that is meant to be seen: a decoder's padding (1088 rows for 1080) is outside of it.
  public let size: VideoSize
  /// nil when the picture must go through a `PixelConverter` first.
  public let layout: PlanarPicture.Layout?
  /// libav's name of the pixel format.
  public let pixelFormat: String
  public let colour: ColourDescription
  /// When it is due, in the time base of its stream; nil when the stream does not say, and for pictures made here.
  public let pts: Int64?
  /// How long it lasts, in the time base of its stream; nil when unknown.
  public let duration: Int64?
  public let isKeyFrame: Bool
  private let ownWords: OwnWords
  /// Whether something was missing when it was decoded.
  public let isDamaged: Bool
  /// Whether a graphics device decoded it.
  public let isFromDevice: Bool
  /// No other picture of this process has the same.
  public let serial = VideoFrame.serials.add(1, ordering: .relaxed).newValue

  private static let serials = Atomic<UInt64>(0)

  /// Takes over `pointer`, whose picture is cropped already.
  init(adopting pointer: UnsafeMutablePointer<AVFrame>, isFromDevice: Bool = false) {
    let frame = pointer.pointee
    let format = PixelFormat(frame.format)
    let size = VideoSize(width: Int(frame.width), height: Int(frame.height))
    self.pointer = pointer
    self.size = size
    // A picture stored bottom up has negative strides; the converter turns it.
    layout = frame.linesize.0 > 0 ? format.layout : nil
    pixelFormat = format.name
    colour = ColourDescription(
      range: frame.color_range, primaries: frame.color_primaries, transfer: frame.color_trc,
      matrix: frame.colorspace, format: format.libav, size: size)
    pts = frame.best_effort_timestamp == CFFMPEG_NO_TIMESTAMP ? nil : frame.best_effort_timestamp
    let duration = cffmpeg_duration(pointer)
    self.duration = duration > 0 ? duration : nil
    isKeyFrame = cffmpeg_is_key_frame(pointer) != 0
    let matrix = av_frame_get_side_data(pointer, AV_FRAME_DATA_DISPLAYMATRIX)?.pointee
    ownWords = OwnWords(
      turn: matrix.flatMap { PictureTurn(displayMatrix: $0.data, size: Int($0.size)) },
      packing: pointer.sideData(AV_FRAME_DATA_STEREO3D, as: AVStereo3D.self).map(FramePacking.init),
      peakLuminance: Self.peakLuminance(pointer))
    isDamaged = frame.flags & AV_FRAME_FLAG_CORRUPT != 0 || frame.decode_error_flags != 0
    self.isFromDevice = isFromDevice
  }

  /// What the picture says of itself beside its samples.
  private struct OwnWords {
    var turn: PictureTurn?
    var packing: FramePacking?
    var peakLuminance: Double?
  }

  /// How the picture itself says that it is turned to be upright; nil when it does not.
  public var turn: PictureTurn? { ownWords.turn }
  /// What the picture itself says of two eyes; nil when it says nothing.
  public var packing: FramePacking? { ownWords.packing }
  /// The luminance of the brightest that it was graded to show, in cd/m²; nil when it does not say.
  public var peakLuminance: Double? { ownWords.peakLuminance }

  /// Of the display that it was mastered on (SMPTE ST 2086), or what its content comes to (CTA-861.3, MaxCLL) where that
  /// is less.
  private static func peakLuminance(_ frame: UnsafeMutablePointer<AVFrame>) -> Double? {
    var peaks: [Double] = []
    if let data = frame.sideData(AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, as: AVMasteringDisplayMetadata.self),
      data.has_luminance != 0, let peak = Rational(data.max_luminance)
    {
      peaks.append(peak.value)
    }
    if let data = frame.sideData(AV_FRAME_DATA_CONTENT_LIGHT_LEVEL, as: AVContentLightMetadata.self), data.MaxCLL > 0 {
      peaks.append(Double(data.MaxCLL))
    }
    return peaks.min()
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&pointer)
  }

  /// Whether it has samples. A picture that was decoded while nobody looked stays on its device and is let go there.
  public var hasSamples: Bool { pointer.pointee.data.0 != nil }

  /// Makes one picture to draw into. Where many are needed, use a `VideoFramePool`.
  public static func make(
    size: VideoSize, layout: PlanarPicture.Layout = .yuv420p, colour: ColourDescription = .bt709
  ) throws(MediaError) -> VideoFrame {
    try VideoFramePool(size: size, layout: layout, colour: colour).makeFrame()
  }

  /// Shows the picture to `body`, which must only read it. Requires a `layout`.
  ///
  /// At least 32 readable bytes follow the last sample of every plane.
  public func withPicture<Result, Failure: Error>(
    _ body: (PlanarPicture) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let layout else { preconditionFailure("a \(pixelFormat) picture needs a PixelConverter") }
    precondition(hasSamples, "nobody asked for this picture's samples")
    func plane(_ index: Int32) -> PlanarPicture.Plane {
      .init(base: UnsafeMutableRawPointer(cffmpeg_plane(pointer, index)), stride: Int(cffmpeg_stride(pointer, index)))
    }
    let picture = PlanarPicture(
      layout: layout, size: size, luma: plane(0), cb: plane(1), cr: plane(layout.isSemiPlanar ? 1 : 2))
    defer { withExtendedLifetime(self) {} }
    return try body(picture)
  }

  /// Lets `body` draw the picture. Requires that nobody else holds it: it was just made, and is not handed on yet.
  public func withMutablePicture<Result, Failure: Error>(
    _ body: (PlanarPicture) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(av_frame_is_writable(pointer) != 0, "somebody else reads this picture")
    return try withPicture(body)
  }
}
