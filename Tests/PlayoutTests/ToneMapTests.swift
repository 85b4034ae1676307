import ColourModels
import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo
import Testing

/// HDR files through the pipeline.
@Suite struct ToneMapTests {
  private static let size = VideoSize(width: 160, height: 90)

  private static func clip(_ name: String, transfer: String, format: String = "yuv420p10le", more: String = "")
    -> String
  {
    TestClips.make(
      name,
      "-frames:v 2 -c:v libx265 -preset ultrafast -pix_fmt \(format) -colorspace bt2020nc -color_primaries bt2020"
        + " -color_trc \(transfer) -x265-params "
        + "log-level=error:colorprim=bt2020:colormatrix=bt2020nc:transfer=\(transfer)\(more)")
  }

  private static func first(of file: String) throws -> SourceFrame {
    let source = try MediaFileSource(url: MediaLocation(file))
    return try #require(try source.nextFrame())
  }

  /// What a view shows of a frame, and how far that is from the model.
  private static func shown(_ frame: VideoFrame, _ model: ToneModel) throws -> (picture: Picture, worst: Double) {
    let layout = try #require(frame.layout)
    let view = SourceView(
      region: PictureRegion(x: 0, y: 0, size: frame.size),
      geometry: SourceGeometry(size: frame.size, layout: layout, projection: Equirectangular()))
    let preset = CameraPreset.defaults[0]
    let picture = PresetView(preset: preset, size: size, tables: RemapTableCache())
      .picture(of: TimedFrame(frame: frame, time: .zero, view: view))
    let projected = PicturePool(size: size, layout: .yuv420p10, colour: frame.colour).makePicture()
    let table = RemapTable(from: view.geometry, to: size, view: preset.view)
    frame.withPicture { source in projected.withPicture { Remapper.remap(source, through: table, into: $0) } }
    let worst = projected.withPicture { projected in
      picture.withPicture { model.worstDifference(of: $0, from: projected) }
    }
    return (picture, worst)
  }

  @Test(arguments: ["smpte2084", "arib-std-b67"], ["yuv420p10le", "yuv420p"])
  func `a view of HDR is BT.709, by BT.2390`(transfer: String, format: String) throws {
    let frame = try Self.first(of: Self.clip("\(transfer)-\(format).mp4", transfer: transfer, format: format)).frame
    #expect(frame.colour.isHDR && frame.colour.matrix == 9)
    let shown = try Self.shown(frame, ToneModel(isHLG: transfer != "smpte2084"))
    #expect(shown.picture.colour == .bt709 && shown.picture.layout == .yuv420p)
    #expect(shown.worst <= 3)
  }

  @Test(arguments: [
    (":master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(40000000,50)", 4000.0),
    (":max-cll=600,200", 600),
    (":max-cll=600,200:master-display=G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(40000000,50)", 600),
    ("", 1000),
  ])
  func `PQ is mapped from the peak that the file says`(said: String, peak: Double) throws {
    let frame = try Self.first(
      of: Self.clip("peak-\(abs(said.hashValue)).mp4", transfer: "smpte2084", more: said)
    ).frame
    #expect(frame.peakLuminance == (said.isEmpty ? nil : peak))
    let model = ToneModel(isHLG: false, peak: peak)
    #expect(try Self.shown(frame, model).worst <= 3)
    let other = ToneModel(isHLG: false, peak: peak == 1000 ? 4000 : 1000)
    #expect(try Self.shown(frame, other).worst > 3)
  }

  @Test(.enabled(if: TestClips.hasShared, "needs the shared test media"))
  func `a phone's HLG is shown as BT.2390 has it`() throws {
    let frame = try Self.first(of: try #require(TestClips.shared("real/ax-hlg10.mp4"))).frame
    #expect(frame.colour.isHDR)
    let shown = try Self.shown(frame, ToneModel(isHLG: true))
    #expect(shown.picture.colour == .bt709)
    #expect(shown.worst <= 3)
  }

  @Test func `what is no HDR is shown in its own colours`() throws {
    let file = TestClips.make(
      "sdr10.mp4", "-frames:v 2 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=error")
    let frame = try Self.first(of: file).frame
    #expect(try Self.shown(frame, ToneModel(isHLG: true)).picture.colour == frame.colour)
  }

  @Test func `a view goes from HDR to SDR and back`() throws {
    let hdr = try Self.first(of: Self.clip("back.mp4", transfer: "arib-std-b67")).frame
    let sdr = try Self.first(of: TestClips.loop).frame
    let preset = CameraPreset.defaults[0]
    let view = PresetView(preset: preset, size: Self.size, tables: RemapTableCache())
    let colours = [hdr, sdr, hdr].map { frame in
      let source = SourceView(
        region: PictureRegion(x: 0, y: 0, size: frame.size),
        geometry: SourceGeometry(size: frame.size, layout: frame.layout!, projection: Equirectangular()))
      let timed = TimedFrame(frame: frame, time: .zero, view: source)
      view.prepare(for: timed)
      return view.picture(of: timed).colour
    }
    #expect(colours == [.bt709, sdr.colour, .bt709])
  }
}
