import CFFmpeg
import CVA
import Media

/// What a device may be able to decode: a codec with the part of it that goes by one name in VA-API.
public enum DecodeProfile: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
  case h264ConstrainedBaseline = "H.264 Constrained Baseline"
  case h264Main = "H.264 Main"
  case h264High = "H.264 High"
  case hevcMain = "HEVC Main"
  case hevcMain10 = "HEVC Main 10"
  case vp8 = "VP8"
  case vp9 = "VP9, 8 bit"
  case vp910 = "VP9, 10 bit"
  case av1 = "AV1 Main"

  public var description: String { rawValue }

  /// The one that `stream` needs; nil when VA-API, or libavcodec by way of it, knows none.
  public init?(_ stream: VideoStream) {
    guard !stream.hasAlpha else { return nil }
    let codec = stream.parameters.pointer.pointee
    let profile = codec.profile
    switch codec.codec_id {
    case AV_CODEC_ID_H264:
      switch profile {
      case CFFMPEG_PROFILE_H264_CONSTRAINED_BASELINE: self = .h264ConstrainedBaseline
      case CFFMPEG_PROFILE_H264_MAIN: self = .h264Main
      case CFFMPEG_PROFILE_H264_HIGH: self = .h264High
      default: return nil
      }
    case AV_CODEC_ID_HEVC:
      switch profile {
      case CFFMPEG_PROFILE_HEVC_MAIN: self = .hevcMain
      case CFFMPEG_PROFILE_HEVC_MAIN_10: self = .hevcMain10
      default: return nil
      }
    case AV_CODEC_ID_VP8: self = .vp8
    case AV_CODEC_ID_VP9:
      switch (profile, stream.bitDepth) {
      case (CFFMPEG_PROFILE_VP9_0, _), (CFFMPEG_PROFILE_UNKNOWN, 8): self = .vp9
      case (CFFMPEG_PROFILE_VP9_2, 10), (CFFMPEG_PROFILE_UNKNOWN, 10): self = .vp910
      default: return nil
      }
    case AV_CODEC_ID_AV1:
      guard profile == CFFMPEG_PROFILE_AV1_MAIN || profile == CFFMPEG_PROFILE_UNKNOWN else { return nil }
      self = .av1
    default: return nil
    }
  }

  var libva: VAProfile {
    switch self {
    case .h264ConstrainedBaseline: VAProfileH264ConstrainedBaseline
    case .h264Main: VAProfileH264Main
    case .h264High: VAProfileH264High
    case .hevcMain: VAProfileHEVCMain
    case .hevcMain10: VAProfileHEVCMain10
    case .vp8: VAProfileVP8Version0_3
    case .vp9: VAProfileVP9Profile0
    case .vp910: VAProfileVP9Profile2
    case .av1: VAProfileAV1Profile0
    }
  }

  /// Ten bits a sample.
  public var isDeep: Bool { self == .hevcMain10 || self == .vp910 }
}

extension VAAPIDevice {
  /// What the driver says that it decodes, with the largest picture of each. VA-API knows no levels: the size, and what
  /// the driver answers to a stream, are the limits there are.
  public func decodeLimits() -> [DecodeProfile: VideoSize] {
    let offered = offeredProfiles()
    var limits: [DecodeProfile: VideoSize] = [:]
    for profile in DecodeProfile.allCases where offered.contains(profile.libva.rawValue) {
      guard entryPoints(of: profile.libva).contains(VAEntrypointVLD.rawValue) else { continue }
      limits[profile] = largestPicture(profile.libva, VAEntrypointVLD)
    }
    return limits
  }

  /// How the driver encodes H.264 Constrained Baseline; nil when it does not.
  ///
  /// The low-power entry point only where it is the only one: it has fewer ways of rate control.
  public func encodeEntryPoint() -> (isLowPower: Bool, limit: VideoSize)? {
    let profile = VAProfileH264ConstrainedBaseline
    guard offeredProfiles().contains(profile.rawValue) else { return nil }
    let entryPoints = entryPoints(of: profile)
    for entryPoint in [VAEntrypointEncSlice, VAEntrypointEncSliceLP] where entryPoints.contains(entryPoint.rawValue) {
      guard let limit = largestPicture(profile, entryPoint) else { continue }
      return (entryPoint == VAEntrypointEncSliceLP, limit)
    }
    return nil
  }

  private func offeredProfiles() -> Set<VAProfile.RawValue> {
    var profiles = [VAProfile](repeating: VAProfileNone, count: Int(max(vaMaxNumProfiles(display), 0)))
    var count: Int32 = 0
    guard vaQueryConfigProfiles(display, &profiles, &count) == VA_STATUS_SUCCESS else { return [] }
    return Set(profiles.prefix(Int(count)).map(\.rawValue))
  }

  private func entryPoints(of profile: VAProfile) -> Set<VAEntrypoint.RawValue> {
    var found = [VAEntrypoint](repeating: VAEntrypointVLD, count: Int(max(vaMaxNumEntrypoints(display), 0)))
    var count: Int32 = 0
    guard vaQueryConfigEntrypoints(display, profile, &found, &count) == VA_STATUS_SUCCESS else { return [] }
    return Set(found.prefix(Int(count)).map(\.rawValue))
  }

  /// nil when the driver does not take the profile after all.
  private func largestPicture(_ profile: VAProfile, _ entryPoint: VAEntrypoint) -> VideoSize? {
    var configuration = VAConfigID(VA_INVALID_ID)
    guard vaCreateConfig(display, profile, entryPoint, nil, 0, &configuration) == VA_STATUS_SUCCESS else { return nil }
    defer { vaDestroyConfig(display, configuration) }
    var size = VideoSize(width: 16_384, height: 16_384)
    var count: UInt32 = 0
    guard vaQuerySurfaceAttributes(display, configuration, nil, &count) == VA_STATUS_SUCCESS, count > 0 else {
      return size
    }
    var attributes = [VASurfaceAttrib](repeating: VASurfaceAttrib(), count: Int(count))
    guard vaQuerySurfaceAttributes(display, configuration, &attributes, &count) == VA_STATUS_SUCCESS else {
      return size
    }
    for attribute in attributes.prefix(Int(count)) where attribute.value.type == VAGenericValueTypeInteger {
      let value = Int(attribute.value.value.i)
      guard value > 0 else { continue }
      if attribute.type == VASurfaceAttribMaxWidth { size.width = value }
      if attribute.type == VASurfaceAttribMaxHeight { size.height = value }
    }
    return size
  }
}
