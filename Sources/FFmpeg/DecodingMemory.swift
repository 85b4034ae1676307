import CFFmpeg
import Media

/// What decoding a stream in software takes of memory, estimated from what its container says.
///
/// It is the pictures that count: those that others refer to, those that wait for their turn, one for each thread that
/// decodes ahead, and those in queues behind the decoder; and beside each picture the motion vectors and the like that the
/// decoder keeps with it.
struct DecodingMemory {
  /// Pictures that others may refer to, or that wait to be put in order.
  let references: Int
  /// What the decoder keeps beside 1024 pixels of a picture, in bytes.
  let besideBytesPerKibipixel: Int64
  /// Bytes of a picture.
  let pictureBytes: Int64
  /// Bytes that the decoder keeps beside each picture.
  let besideBytes: Int64
  /// Bytes that each thread works with.
  let threadBytes: Int64

  init(_ parameters: UnsafePointer<AVCodecParameters>) {
    let codec = parameters.pointee
    // No decoder takes a side as long as a container can claim.
    func side(_ length: Int32) -> Int64 { Int64(min(max(length, 0), 1 << 18)) }
    let pixels = side(codec.width) * side(codec.height)
    let known =
      codec.format >= 0
      ? Int64(av_image_get_buffer_size(AVPixelFormat(codec.format), codec.width, codec.height, 1)) : 0
    // Where the container does not say: 4:2:0 in words of 16 bits.
    pictureBytes = known > 0 ? known : pixels * 3
    let kind = Self.kind(of: codec.codec_id)
    besideBytesPerKibipixel = kind.beside * 1024 / 100
    besideBytes = pixels * kind.beside / 100
    threadBytes = pixels * kind.thread / 100
    references =
      switch codec.codec_id {
      case AV_CODEC_ID_H264: Self.h264References(pixels, level: codec.level) + Int(min(max(codec.video_delay, 0), 16))
      case AV_CODEC_ID_HEVC: Self.hevcReferences(pixels, level: codec.level) + 1
      default: kind.references
      }
  }

  /// - Parameter held: pictures in queues behind the decoder.
  func bytes(threads: Int, held: Int) -> Int64 {
    Int64(references + max(threads, 1) + held) * (pictureBytes + besideBytes) + Int64(max(threads, 1)) * threadBytes
  }

  /// How large the pictures of such a stream may be at most, if `limit` is to hold.
  func pixels(within limit: Int64, threads: Int) -> Int64 {
    let frames = Int64(max(references, 8) + max(threads, 1) + Self.heldByDefault)
    // 4:2:0 of 10 bits, with what lies beside it.
    return max(limit / frames / 4, 1)
  }

  /// Pictures in queues behind a decoder.
  static let heldByDefault = 5

  /// How many pictures are referred to at most, and what is kept beside a picture and in a thread, in hundredths of a byte
  /// for each pixel.
  private static func kind(of codec: AVCodecID) -> (references: Int, beside: Int64, thread: Int64) {
    switch codec {
    case AV_CODEC_ID_H264: (16, 60, 40)
    case AV_CODEC_ID_HEVC: (16, 90, 60)
    case AV_CODEC_ID_VP9: (11, 30, 30)
    case AV_CODEC_ID_AV1: (10, 40, 40)
    case AV_CODEC_ID_VP8: (5, 20, 20)
    case AV_CODEC_ID_MJPEG, AV_CODEC_ID_PRORES, AV_CODEC_ID_PNG, AV_CODEC_ID_DNXHD, AV_CODEC_ID_CFHD: (0, 10, 100)
    default: (4, 30, 30)
    }
  }

  /// H.264, table A-1: the size of the decoded picture buffer in macroblocks.
  private static func h264References(_ pixels: Int64, level: Int32) -> Int {
    let macroblocks = max(pixels / 256, 1)
    let buffer: Int64? =
      switch level {
      case 9, 10: 396
      case 11: 900
      case 12, 13, 20: 2376
      case 21: 4752
      case 22, 30: 8100
      case 31: 18_000
      case 32: 20_480
      case 40, 41: 32_768
      case 42: 34_816
      case 50: 110_400
      case 51, 52: 184_320
      case 60, 61, 62: 696_320
      default: nil
      }
    guard let buffer else { return 16 }
    return Int(min(max(buffer / macroblocks, 1), 16))
  }

  /// HEVC, A.4.2: how many pictures the buffer has by how much of its level's largest picture one is.
  private static func hevcReferences(_ pixels: Int64, level: Int32) -> Int {
    let largest: Int64
    switch level {
    case 30: largest = 36_864
    case 60: largest = 122_880
    case 63: largest = 245_760
    case 90: largest = 552_960
    case 93: largest = 983_040
    case 120, 123: largest = 2_228_224
    case 150, 153, 156: largest = 8_912_896
    case 180, 183, 186: largest = 35_651_584
    default: return 16
    }
    if pixels <= largest / 4 { return 16 }
    if pixels <= largest / 2 { return 12 }
    return pixels <= largest / 4 * 3 ? 8 : 6
  }
}

extension VideoStream {
  /// What decoding it takes of memory, in bytes.
  ///
  /// - Parameter held: pictures in queues behind the decoder.
  public func decodingBytes(threads: Int, held: Int) -> Int64 {
    DecodingMemory(parameters.pointer).bytes(threads: threads, held: held)
  }
}
