import CFFmpeg
import Clocks
import CSurface
import CVA
import Media

/// Brings pictures from a device's memory into the processor's, with one copy.
///
/// A picture is copied as soon as it is decoded and its surface given back, so that nothing behind a decoder ever
/// holds one: a surface that is held is one that the decoder lacks. It comes as the device has it, NV12 or P010, which
/// the projection reads as they are.
struct SurfaceCopy {
  private var pool: VideoFramePool?

  /// The picture on `frame`, which libavcodec decoded into one of the device's surfaces.
  mutating func copy(_ frame: UnsafeMutablePointer<AVFrame>, device: VAAPIDevice) throws(MediaError) -> VideoFrame {
    let surface = try Surface(frame, display: device.display)
    try VAAPIDevice.check(vaSyncSurface(surface.display, surface.id), "vaSyncSurface")
    let target = try picture(for: frame, layout: surface.layout)
    let chosen = device.surfaceCopy.withLock { $0 }
    if let chosen {
      try Self.copy(surface, into: target, by: chosen)
    } else {
      let fastest = try Self.measure(surface, into: target, choosing: device.choosesCopy)
      device.surfaceCopy.withLock { $0 = fastest }
    }
    return target
  }

  /// What `copy` would give, without its samples: nobody looks at it.
  mutating func placeholder(for frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> VideoFrame {
    let layout = try Surface.layout(of: frame)
    guard let empty = av_frame_alloc() else { fatalError("out of memory") }
    empty.pointee.width = frame.pointee.width
    empty.pointee.height = frame.pointee.height
    empty.pointee.format = PixelFormat(layout).libav.rawValue
    empty.pointee.linesize.0 = frame.pointee.width
    frame.carryTimes(to: empty)
    return VideoFrame(adopting: empty, isFromDevice: true)
  }

  private mutating func picture(
    for frame: UnsafeMutablePointer<AVFrame>, layout: PlanarPicture.Layout
  ) throws(MediaError) -> VideoFrame {
    let size = VideoSize(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
    let colour = ColourDescription(
      range: frame.pointee.color_range, primaries: frame.pointee.color_primaries, transfer: frame.pointee.color_trc,
      matrix: frame.pointee.colorspace, format: PixelFormat(layout).libav, size: size)
    return try pool.of(size, layout, colour).makeFrame(fromDevice: frame)
  }

  /// Tries every way on one picture, which then holds it, and gives the one that is chosen.
  private static func measure(
    _ surface: Surface, into target: VideoFrame, choosing choose: SurfaceCopyMethod.Choice
  ) throws(MediaError) -> SurfaceCopyMethod {
    var tried: [(method: SurfaceCopyMethod, time: Int64)] = []
    var failure: MediaError?
    for method in SurfaceCopyMethod.allCases where method != .derivedStreaming || csurface_can_stream() != 0 {
      do throws(MediaError) {
        var time = Int64.max
        for _ in 0..<3 {
          let begin = MonotonicTime.now
          try copy(surface, into: target, by: method)
          time = min(time, MonotonicTime.now - begin)
        }
        tried.append((method, time))
      } catch {
        failure = error
      }
    }
    guard let chosen = choose(tried) else { throw failure ?? .device("its surfaces cannot be read") }
    try copy(surface, into: target, by: chosen)
    return chosen
  }

  private static func copy(_ surface: Surface, into target: VideoFrame, by method: SurfaceCopyMethod) throws(MediaError)
  {
    var image = VAImage()
    switch method {
    case .derived, .derivedStreaming:
      try VAAPIDevice.check(vaDeriveImage(surface.display, surface.id, &image), "vaDeriveImage")
    case .image:
      var format = VAImageFormat()
      format.fourcc = surface.fourcc
      format.byte_order = UInt32(VA_LSB_FIRST)
      format.bits_per_pixel = surface.layout == .p010 ? 24 : 12
      try VAAPIDevice.check(
        vaCreateImage(surface.display, &format, surface.codedWidth, surface.codedHeight, &image), "vaCreateImage")
    }
    defer { vaDestroyImage(surface.display, image.image_id) }
    if method == .image {
      try VAAPIDevice.check(
        vaGetImage(
          surface.display, surface.id, 0, 0, UInt32(surface.codedWidth), UInt32(surface.codedHeight), image.image_id),
        "vaGetImage")
    }
    guard image.format.fourcc == surface.fourcc, image.num_planes >= 2 else {
      throw .device("its pictures lie in memory in a way of their own")
    }
    var mapped: UnsafeMutableRawPointer?
    try VAAPIDevice.check(vaMapBuffer(surface.display, image.buf, &mapped), "vaMapBuffer")
    defer { vaUnmapBuffer(surface.display, image.buf) }
    guard let mapped else { throw .device("vaMapBuffer gave nothing") }
    let bytes = surface.layout.bytesPerSample
    let width = (surface.x + target.size.width) * bytes
    guard width <= Int(image.pitches.0), width <= Int(image.pitches.1),
      Int(image.height) >= surface.y + target.size.height
    else { throw .device("a picture is larger than its surface") }
    target.withMutablePicture { picture in
      let load = method == .derivedStreaming ? CSURFACE_STREAMING : CSURFACE_PLAIN
      func plane(
        _ target: PlanarPicture.Plane, _ offset: UInt32, _ pitch: UInt32, row: Int, bytes: Int, rows: Int
      ) {
        let source = mapped + Int(offset) + row * Int(pitch) + surface.x * surface.layout.bytesPerSample
        csurface_copy(
          load, target.base.assumingMemoryBound(to: UInt8.self), target.stride,
          source.assumingMemoryBound(to: UInt8.self), Int(pitch), bytes, rows)
      }
      plane(
        picture.luma, image.offsets.0, image.pitches.0, row: surface.y, bytes: picture.size.width * bytes,
        rows: picture.size.height)
      let chroma = picture.chromaSize
      plane(
        picture.cb, image.offsets.1, image.pitches.1, row: surface.y / 2, bytes: chroma.width * 2 * bytes,
        rows: chroma.height)
    }
  }
}

/// The surface that a decoded frame lies in, and which part of it is the picture.
private struct Surface {
  let display: VADisplay
  let id: VASurfaceID
  let layout: PlanarPicture.Layout
  /// Where the picture begins in it: libavutil does not crop the left and the top of a surface.
  let x: Int
  let y: Int
  let codedWidth: Int32
  let codedHeight: Int32

  var fourcc: UInt32 { layout == .p010 ? UInt32(VA_FOURCC_P010) : UInt32(VA_FOURCC_NV12) }

  init(_ frame: UnsafeMutablePointer<AVFrame>, display: VADisplay) throws(MediaError) {
    self.display = display
    id = VASurfaceID(truncatingIfNeeded: UInt(bitPattern: frame.pointee.data.3))
    layout = try Self.layout(of: frame)
    x = Int(clamping: frame.pointee.crop_left)
    y = Int(clamping: frame.pointee.crop_top)
    guard x.isMultiple(of: 2), y.isMultiple(of: 2), max(x, y) < VideoFramePool.maximumDimension else {
      throw .device("a picture begins at an odd place")
    }
    let frames = Self.frames(of: frame)
    codedWidth = frames.pointee.width
    codedHeight = frames.pointee.height
  }

  private static func frames(of frame: UnsafeMutablePointer<AVFrame>) -> UnsafeMutablePointer<AVHWFramesContext> {
    UnsafeMutableRawPointer(frame.pointee.hw_frames_ctx.pointee.data!).assumingMemoryBound(to: AVHWFramesContext.self)
  }

  static func layout(of frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) -> PlanarPicture.Layout {
    switch PixelFormat(frames(of: frame).pointee.sw_format.rawValue).layout {
    case .nv12: return .nv12
    case .p010: return .p010
    default: throw .device("its surfaces are neither NV12 nor P010")
    }
  }
}

extension UnsafeMutablePointer<AVFrame> {
  /// What is said of a picture beside its samples.
  private static let kept = [
    AV_FRAME_DATA_DISPLAYMATRIX, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL,
    AV_FRAME_DATA_STEREO3D,
  ]

  /// When the picture is due, how it is turned to be upright, and how bright it gets.
  func carryTimes(to other: UnsafeMutablePointer<AVFrame>) {
    cffmpeg_copy_times(other, self)
    for type in Self.kept {
      guard let kept = av_frame_get_side_data(self, type)?.pointee, let data = kept.data,
        let copy = av_frame_new_side_data(other, type, kept.size)
      else { continue }
      copy.pointee.data.update(from: data, count: Int(kept.size))
    }
  }

  /// nil when there is none, or less of it than there has to be.
  func sideData<Value>(_ type: AVFrameSideDataType, as: Value.Type) -> Value? {
    guard let data = av_frame_get_side_data(self, type)?.pointee, let bytes = data.data,
      Int(data.size) >= MemoryLayout<Value>.size
    else { return nil }
    return UnsafeRawPointer(bytes).loadUnaligned(as: Value.self)
  }
}
