import CFFmpeg

/// Which containers and codecs are read. Each is a parser of what strangers wrote; libav has hundreds, most of them for
/// files that nobody has seen for decades.
public enum MediaFormats: String, Hashable, Sendable, CaseIterable {
  /// What cameras, editors, recorders and servers write.
  case standard
  /// Whatever libav reads, but for `neverOpened`.
  case all

  /// libav's names of containers.
  private static let standardContainers: Set<String> = [
    // Films.
    "mov", "mp4", "matroska", "webm", "avi", "mpegts", "mpeg", "asf", "flv", "ogg", "mxf", "dv",
    // Streams without a container, and what servers speak.
    "h264", "hevc", "vvc", "obu", "ivf", "av1", "m4v", "mpegvideo", "mjpeg", "mpjpeg", "hls", "rtsp", "rtp",
    // Sound, which HLS keeps beside the picture.
    "aac", "mp3", "ac3", "eac3", "flac", "wav", "webvtt",
    // Pictures.
    "image2", "jpeg_pipe", "png_pipe", "webp_pipe", "tiff_pipe", "bmp_pipe", "gif", "apng",
  ]

  /// libav's names of codecs: what a stream is coded in, whichever decoder reads it.
  private static let standardCodecs: Set<String> = [
    "h264", "hevc", "vvc", "av1", "vp8", "vp9", "mpeg4", "mpeg1video", "mpeg2video", "h263", "theora", "vc1", "wmv3",
    "wmv2", "wmv1", "msmpeg4v2", "msmpeg4v3", "flv1",
    // Editors.
    "prores", "dnxhd", "cfhd", "dvvideo", "ffv1", "hap", "rawvideo", "v210", "huffyuv", "ffvhuff", "utvideo", "qtrle",
    // Pictures.
    "mjpeg", "png", "apng", "webp", "tiff", "bmp", "gif", "jpeg2000",
    // Sound.
    "aac", "aac_latm", "mp1", "mp2", "mp3", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "dts", "truehd", "wmav1",
    "wmav2", "wmapro", "adpcm_ima_wav", "adpcm_ms", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le",
    "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_u8", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
  ]

  /// Containers that open other files or addresses by themselves, past every rule of ours, or run programs.
  private static let neverOpened: Set<String> = [
    "concat", "dash", "webm_dash_manifest", "imf", "sdp", "sap", "tedcaptions", "vapoursynth", "avisynth", "lavfi",
  ]

  /// Why a container with one of libav's `names` ("mov,mp4,m4a") is not read; nil: it is.
  func refusal(ofContainer names: String) -> MediaError? {
    let parts = names.split(separator: ",").map(String.init)
    if parts.contains(where: Self.neverOpened.contains) { return .refusedList(names) }
    guard self == .standard, !parts.contains(where: Self.standardContainers.contains) else { return nil }
    return .refusedFormat(names)
  }

  /// Whether streams of a codec are decoded.
  func allows(codec name: String) -> Bool { self == .all || Self.standardCodecs.contains(name) }

  /// For libavformat, which hands it on to containers within containers.
  var containerList: String { self == .standard ? Self.standardContainerList : Self.allContainerList }

  /// The names of decoders, for libavformat, which opens some to find out what is in a stream.
  var decoderList: String? { self == .standard ? Self.standardDecoderList : nil }

  private static let standardContainerList = standardContainers.sorted().joined(separator: ",")

  private static let allContainerList: String = {
    var names: [String] = []
    var state: UnsafeMutableRawPointer?
    while let format = av_demuxer_iterate(&state) {
      let name = String(cString: format.pointee.name)
      if all.refusal(ofContainer: name) == nil { names.append(name) }
    }
    return names.joined(separator: ",")
  }()

  private static let standardDecoderList: String = {
    var names: [String] = []
    var state: UnsafeMutableRawPointer?
    while let codec = av_codec_iterate(&state) {
      guard av_codec_is_decoder(codec) != 0,
        standardCodecs.contains(String(cString: avcodec_get_name(codec.pointee.id)))
      else { continue }
      names.append(String(cString: codec.pointee.name))
    }
    return names.joined(separator: ",")
  }()
}
