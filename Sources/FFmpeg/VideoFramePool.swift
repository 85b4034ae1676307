import CFFmpeg
import Media

/// Pictures of one size to draw into; the memory of those that are let go is used again.
///
/// It grows to as many pictures as are held at a time, so it is bounded by the queues they wait in.
/// Sendable: an AVBufferPool has its own lock, and nothing else changes.
public final class VideoFramePool: @unchecked Sendable {
  public let size: VideoSize
  public let layout: PlanarPicture.Layout
  public let colour: ColourDescription
  private let pool: OpaquePointer
  private let strides: (luma: Int, chroma: Int)
  private let chromaRows: Int

  /// The largest width and height of a picture.
  public static let maximumDimension = 16_384

  /// Bytes between rows are a multiple of this, for aligned vector stores.
  private static let alignment = 64

  public init(
    size: VideoSize, layout: PlanarPicture.Layout = .yuv420p, colour: ColourDescription = .bt709
  ) throws(MediaError) {
    let allowed = 1...Self.maximumDimension
    guard allowed.contains(size.width), allowed.contains(size.height) else {
      throw .unsupportedPicture("\(size) pixels")
    }
    self.size = size
    self.layout = layout
    self.colour = colour
    func aligned(_ samples: Int) -> Int {
      (samples * layout.bytesPerSample + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    let chromaWidth = (size.width + 1) / 2
    strides = (aligned(size.width), aligned(layout.isSemiPlanar ? chromaWidth * 2 : chromaWidth))
    chromaRows = (size.height + 1) / 2
    // What follows the last plane is for vector loads that begin at its last samples.
    let bytes = strides.luma * size.height + strides.chroma * chromaRows * (layout.isSemiPlanar ? 1 : 2)
    guard let pool = av_buffer_pool_init(bytes + 2 * Self.alignment, av_buffer_allocz) else {
      fatalError("out of memory")
    }
    self.pool = pool
  }

  deinit {
    // The pool's memory lives on until the last picture is gone.
    var pool: OpaquePointer? = pool
    av_buffer_pool_uninit(&pool)
  }

  /// A picture whose samples are anything: draw all of them.
  public func makeFrame() -> VideoFrame { makeFrame { _ in } }

  private func makeFrame(
    isFromDevice: Bool = false, _ complete: (UnsafeMutablePointer<AVFrame>) -> Void
  ) -> VideoFrame {
    guard let frame = av_frame_alloc(), let buffer = av_buffer_pool_get(pool) else { fatalError("out of memory") }
    cffmpeg_set_buffer(frame, buffer)
    let format = PixelFormat(layout)
    frame.pointee.width = Int32(size.width)
    frame.pointee.height = Int32(size.height)
    frame.pointee.format = format.libav.rawValue
    colour.apply(to: frame)
    var address: UnsafeMutablePointer<UInt8> = alignedStart(of: buffer)
    cffmpeg_set_plane(frame, 0, address, Int32(strides.luma))
    address += strides.luma * size.height
    cffmpeg_set_plane(frame, 1, address, Int32(strides.chroma))
    if !layout.isSemiPlanar {
      address += strides.chroma * chromaRows
      cffmpeg_set_plane(frame, 2, address, Int32(strides.chroma))
    }
    complete(frame)
    return VideoFrame(adopting: frame, isFromDevice: isFromDevice)
  }

  /// A picture to draw into that is due when `source` is.
  func makeFrame(carryingTimesOf source: VideoFrame) -> VideoFrame {
    makeFrame { source.pointer.carryTimes(to: $0) }
  }

  /// A picture for what a device decoded into `surface`.
  func makeFrame(fromDevice surface: UnsafeMutablePointer<AVFrame>) -> VideoFrame {
    makeFrame(isFromDevice: true) { surface.carryTimes(to: $0) }
  }

  private func alignedStart(of buffer: UnsafeMutablePointer<AVBufferRef>) -> UnsafeMutablePointer<UInt8> {
    let start = UnsafeMutableRawPointer(buffer.pointee.data!).alignedUp(toMultipleOf: Self.alignment)
    return start.assumingMemoryBound(to: UInt8.self)
  }
}
