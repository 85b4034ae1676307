/// The codecs that presets are encoded in.
public enum VideoCodec: String, Hashable, Sendable, CaseIterable {
  case h264
  case vp8
}
