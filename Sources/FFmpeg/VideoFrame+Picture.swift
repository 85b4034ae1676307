import CFFmpeg
import Media

extension VideoFrame {
  /// Lends `picture` to libav, which only reads it: a reference, as long as libav has one.
  public convenience init(_ picture: Picture) {
    self.init(adopting: UnsafeMutablePointer(lending: picture, flags: AV_BUFFER_FLAG_READONLY))
  }

  /// Lends a picture that has just been made, and may be drawn into.
  convenience init(
    drawing picture: Picture, timesOf source: UnsafeMutablePointer<AVFrame>? = nil, isFromDevice: Bool = false
  ) {
    let frame = UnsafeMutablePointer<AVFrame>(lending: picture, flags: 0)
    source?.carryTimes(to: frame)
    self.init(adopting: frame, isFromDevice: isFromDevice)
  }
}

extension UnsafeMutablePointer<AVFrame> {
  /// A new frame whose planes are those of `picture`, which it holds.
  fileprivate init(lending picture: Picture, flags: Int32) {
    guard let frame = av_frame_alloc() else { fatalError("out of memory") }
    frame.pointee.width = Int32(picture.size.width)
    frame.pointee.height = Int32(picture.size.height)
    frame.pointee.format = PixelFormat(picture.layout).libav.rawValue
    picture.colour.apply(to: frame)
    picture.withPicture { planes in
      func set(_ index: Int32, _ plane: PlanarPicture.Plane) {
        cffmpeg_set_plane(frame, index, plane.base.assumingMemoryBound(to: UInt8.self), Int32(plane.stride))
      }
      set(0, planes.luma)
      set(1, planes.cb)
      if !planes.layout.isSemiPlanar { set(2, planes.cr) }
      let owner = Unmanaged.passRetained(picture)
      let buffer = av_buffer_create(
        planes.luma.base.assumingMemoryBound(to: UInt8.self), 1,
        { owner, _ in Unmanaged<Picture>.fromOpaque(owner!).release() }, owner.toOpaque(), flags)
      guard let buffer else { fatalError("out of memory") }
      cffmpeg_set_buffer(frame, buffer)
    }
    self = frame
  }
}
