import CFFmpeg
import Media
import SphericalMetadata

extension Demuxer {
  /// What libav has found out about the projection of `stream`.
  static func sphericalMetadata(
    of stream: UnsafeMutablePointer<AVStream>, format: String
  ) -> SphericalMetadata? {
    sideData(of: stream, origin: format.hasPrefix("matroska") ? .matroska : .container)
  }

  private static func sideData(
    of stream: UnsafeMutablePointer<AVStream>, origin: SphericalMetadata.Origin
  ) -> SphericalMetadata? {
    let packing = value(AV_PKT_DATA_STEREO3D, of: stream, as: AVStereo3D.self).map(FramePacking.init)
    let stereo = packing.map { packing -> SphericalMetadata.Stereo in
      switch packing.layout {
      case .mono: .mono
      case .topBottom: .topBottom
      case .leftRight: .leftRight
      case .twoTracks, nil: .other
      }
    }
    let swapsEyes = packing?.swapsEyes ?? false
    guard let spherical = value(AV_PKT_DATA_SPHERICAL, of: stream, as: AVSphericalMapping.self) else {
      return stereo.map {
        SphericalMetadata(projection: .unstated, stereo: $0, swapsEyes: swapsEyes, origin: origin)
      }
    }
    func degrees(_ value: Int32) -> Double { Double(value) / 65536 }
    func fraction(_ value: UInt32) -> Double { Double(value) / 4_294_967_296 }
    let projection: SphericalMetadata.Projection =
      switch spherical.projection {
      case AV_SPHERICAL_EQUIRECTANGULAR: .equirectangular(.full)
      case AV_SPHERICAL_EQUIRECTANGULAR_TILE:
        .equirectangular(
          .init(
            top: fraction(spherical.bound_top), bottom: fraction(spherical.bound_bottom),
            left: fraction(spherical.bound_left), right: fraction(spherical.bound_right)))
      case AV_SPHERICAL_CUBEMAP: .cubemap(layout: 0, padding: spherical.padding)
      case .init(UInt32(bitPattern: CFFMPEG_SPHERICAL_HALF_EQUIRECTANGULAR)): .halfEquirectangular
      case .init(UInt32(bitPattern: CFFMPEG_SPHERICAL_RECTILINEAR)): .rectilinear
      case .init(UInt32(bitPattern: CFFMPEG_SPHERICAL_FISHEYE)): .fisheye
      default: .other(av_spherical_projection_name(spherical.projection).map { String(cString: $0) } ?? "unknown")
      }
    return SphericalMetadata(
      projection: projection,
      pose: .init(yaw: degrees(spherical.yaw), pitch: degrees(spherical.pitch), roll: degrees(spherical.roll)),
      stereo: stereo ?? .mono, swapsEyes: swapsEyes, origin: origin)
  }

  private static func value<Value>(
    _ type: AVPacketSideDataType, of stream: UnsafeMutablePointer<AVStream>, as: Value.Type
  ) -> Value? {
    var size = 0
    guard let data = cffmpeg_side_data(stream, type, &size), size >= MemoryLayout<Value>.size else { return nil }
    return UnsafeRawPointer(data).loadUnaligned(as: Value.self)
  }
}
