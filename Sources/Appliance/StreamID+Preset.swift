import Media
import RTP

/// A stream is a preset in a codec; the protocol tower sees a number.
extension StreamID {
  package init(preset: UInt8, codec: UInt8) { self.init(UInt32(codec) << 8 | UInt32(preset)) }

  init(preset: UInt8, codec: VideoCodec) { self.init(preset: preset, codec: codec.number) }

  package var preset: UInt8 { UInt8(truncatingIfNeeded: number) }

  /// The number of the codec.
  package var codec: UInt8 { UInt8(truncatingIfNeeded: number >> 8) }

  /// Nil for a number that none of ours has.
  var videoCodec: VideoCodec? { VideoCodec.allCases.first { $0.number == codec } }
}

extension VideoCodec {
  /// The codec's number in a `StreamID`.
  fileprivate var number: UInt8 {
    switch self {
    case .h264: 0
    case .vp8: 1
    }
  }
}
