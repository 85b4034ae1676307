import CFFmpeg
import Media

extension ColourDescription {
  /// What libav found, with what it did not find filled in.
  ///
  /// A stream that names its matrix only means the primaries and transfer that go with it. One that names nothing is
  /// BT.601 up to 720x576, as every player assumes, and BT.709 above; one that names the transfer of HDR is BT.2020.
  init(
    range: AVColorRange, primaries: AVColorPrimaries, transfer: AVColorTransferCharacteristic, matrix: AVColorSpace,
    format: AVPixelFormat, size: VideoSize
  ) {
    let isRGB = PixelFormat(format).isRGB
    let isHDR = transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67
    let isSmall = size.width <= 720 && size.height <= 576
    var matrix = Int32(matrix.rawValue)
    if isRGB {
      matrix = Int32(AVCOL_SPC_RGB.rawValue)
    } else if matrix == AVCOL_SPC_UNSPECIFIED.rawValue || matrix == AVCOL_SPC_RGB.rawValue {
      matrix = Int32((isHDR ? AVCOL_SPC_BT2020_NCL : isSmall ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709).rawValue)
    }
    let family: (primaries: Int32, transfer: Int32) =
      switch UInt32(bitPattern: matrix) {
      case AVCOL_SPC_BT470BG.rawValue, AVCOL_SPC_SMPTE170M.rawValue: (6, 6)
      case AVCOL_SPC_BT2020_NCL.rawValue, AVCOL_SPC_BT2020_CL.rawValue: (9, 14)
      default: isHDR ? (9, 14) : (1, 1)
      }
    let namesPrimaries = primaries != AVCOL_PRI_UNSPECIFIED && primaries.rawValue != 0
    let namesTransfer = transfer != AVCOL_TRC_UNSPECIFIED && transfer.rawValue != 0
    self.init(
      range: range == AVCOL_RANGE_JPEG || PixelFormat(format).isFullRange || isRGB ? .full : .limited,
      primaries: namesPrimaries ? Int32(primaries.rawValue) : family.primaries,
      transfer: namesTransfer ? Int32(transfer.rawValue) : family.transfer,
      matrix: matrix)
  }

  var libavRange: AVColorRange { range == .full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG }

  /// Writes the description into a frame's fields.
  func apply(to frame: UnsafeMutablePointer<AVFrame>) {
    frame.pointee.color_range = libavRange
    frame.pointee.color_primaries = AVColorPrimaries(UInt32(bitPattern: primaries))
    frame.pointee.color_trc = AVColorTransferCharacteristic(UInt32(bitPattern: transfer))
    frame.pointee.colorspace = AVColorSpace(UInt32(bitPattern: matrix))
  }
}
