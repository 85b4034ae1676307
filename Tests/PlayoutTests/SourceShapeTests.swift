import Media
import FFmpeg
import Playout
import SphericalMetadata
import Testing

/// 360° files that others made, where they lie beside the project.
@Suite struct SourceShapeTests {
  @Test(
    .enabled(if: TestClips.hasShared),
    arguments: [
      ("made/compass.mp4", "none"),
      ("made/compass-v1.mp4", "equirectangular mono sphericalVideoV1"),
      ("made/compass-v2.mp4", "equirectangular mono sphericalVideoV2"),
      ("made/compass-v2-pose.mp4", "equirectangular mono sphericalVideoV2"),
      ("made/compass-proj.mkv", "equirectangular mono matroska"),
      ("made/compass-tb-v2.mp4", "equirectangular topBottom sphericalVideoV2"),
      ("made/compass-sbs-v2.mp4", "equirectangular leftRight sphericalVideoV2"),
      ("made/compass-vr180-v2.mp4", "equirectangular leftRight sphericalVideoV2"),
      ("made/compass-cbmp-v2.mp4", "cubemap mono sphericalVideoV2"),
      ("made/compass-foa-sa3d.mov", "equirectangular mono sphericalVideoV2"),
      ("made/compass-tb.mp4", "none"),
      ("real/fate-spherical.mp4", "equirectangular mono sphericalVideoV2"),
      ("real/gvr-congo-tb.mp4", "equirectangular topBottom sphericalVideoV1"),
      ("real/vr180-edts_missing.mp4", "mesh topBottom sphericalVideoV2"),
      ("real/vr180-video-sample-inject_v1.mp4", "mesh topBottom sphericalVideoV2"),
      ("real/vr180-video-sample_no_mesh.mp4", "equirectangular topBottom sphericalVideoV1"),
    ])
  func `agrees with what is known of real files`(file: String, expected: String) throws {
    let demuxer = try Demuxer(url: MediaLocation(#require(TestClips.shared(file))))
    let found = demuxer.video
    let metadata = SphericalMetadata.of(try #require(found), in: demuxer, name: "")
    let summary = metadata.map { metadata in
      let name =
        switch metadata.projection {
        case .equirectangular: "equirectangular"
        case .cubemap: "cubemap"
        case .mesh: "mesh"
        case .halfEquirectangular: "half-equirectangular"
        case .rectilinear: "rectilinear"
        case .fisheye: "fisheye"
        case .dualFisheye: "dual-fisheye"
        case .equiangularCubemap: "eac"
        case .unstated: "unstated"
        case .other(let name): name
        }
      return "\(name) \(metadata.stereo) \(metadata.origin)"
    }
    #expect(summary ?? "none" == expected)
    let isTurned = file.contains("pose") || file.hasSuffix("proj.mkv")
    if isTurned { #expect(metadata?.pose == .init(yaw: 90)) }
  }
}
