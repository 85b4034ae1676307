import CFFmpeg
import Media

extension FramePacking {
  /// What libav says of a stream, or of a picture.
  init(_ stereo: AVStereo3D) {
    let layout: StereoLayout? =
      switch stereo.type {
      case AV_STEREO3D_2D: .mono
      case AV_STEREO3D_TOPBOTTOM: .topBottom
      case AV_STEREO3D_SIDEBYSIDE: .leftRight
      default: nil
      }
    self.init(layout: layout, swapsEyes: stereo.flags & AV_STEREO3D_FLAG_INVERT != 0)
  }
}
