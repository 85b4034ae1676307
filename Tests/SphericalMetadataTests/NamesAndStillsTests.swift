import FuzzEntries
import SansIO
import SphericalMetadata
import Testing

@Suite struct NamesAndStillsTests {
  @Test(arguments: [
    ("dive_360_TB.mp4", SphericalMetadata.Projection.equirectangular(.full), SphericalMetadata.Stereo.topBottom),
    ("stage-180-LR.mov", .halfEquirectangular, .leftRight), ("VID_0001.insv", .dualFisheye, .mono),
    ("GS018423.360", .equiangularCubemap, .mono), ("Film.SBS.mkv", .unstated, .leftRight),
    ("clip_eac.webm", .equiangularCubemap, .mono), ("a 360 film.mp4", .equirectangular(.full), .mono),
  ])
  func `a name says what it says`(
    name: String, projection: SphericalMetadata.Projection, stereo: SphericalMetadata.Stereo
  ) {
    let found = SphericalMetadata(name: name)
    #expect(found?.projection == projection && found?.stereo == stereo && found?.origin == .name)
  }

  @Test(arguments: ["film.mp4", "film_360p.mp4", "Tbilisi.mp4", "", ".", "lrs.mov"])
  func `most names say nothing`(name: String) { #expect(SphericalMetadata(name: name) == nil) }

  static func still(_ properties: String) -> SphericalMetadata? {
    let bytes = [UInt8](repeating: 0xFF, count: 100) + Array("<x:xmpmeta>\(properties)</x:xmpmeta>".utf8)
    return SphericalMetadata(
      still: FileBytes(size: Int64(bytes.count)) { count, offset in
        Int(offset) + count <= bytes.count ? Array(bytes[Int(offset)..<Int(offset) + count]) : nil
      })
  }

  @Test func `Photo Sphere properties are read as attributes and as elements`() {
    let attributes = Self.still(
      #"<a GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="400" GPano:FullPanoHeightPixels="200" "#
        + #"GPano:CroppedAreaImageWidthPixels="200" GPano:CroppedAreaImageHeightPixels="100" "#
        + #"GPano:CroppedAreaLeftPixels="100" GPano:CroppedAreaTopPixels="50" GPano:PosePitchDegrees="5"/>"#)
    #expect(
      attributes?.projection == .equirectangular(.init(top: 0.25, bottom: 0.25, left: 0.25, right: 0.25)))
    #expect(attributes?.pose == .init(pitch: 5) && attributes?.origin == .photoSphere)
    let elements = Self.still("<GPano:ProjectionType> equirectangular </GPano:ProjectionType>")
    #expect(elements?.projection == .equirectangular(.full))
    #expect(Self.still("<GPano:ProjectionType>cylindrical</GPano:ProjectionType>") == nil)
    #expect(Self.still("") == nil)
    // What cannot be is not believed.
    let impossible = Self.still(
      #"<a GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="1e999" GPano:PoseRollDegrees="nan"/>"#)
    #expect(impossible?.projection == .equirectangular(.full) && impossible?.pose == .init())
  }

  @Test func `Apple's boxes say projection, layout and field of view`() throws {
    typealias Boxes = SphericalBoxesTests
    let kind = Boxes.box("proj", Boxes.box("prji", Boxes.word(0), Array("hequ".utf8)))
    let layout = Boxes.box("pack", Boxes.box("pkin", Boxes.word(0), Array("side".utf8)))
    let eyes = Boxes.box("eyes", Boxes.box("stri", Boxes.word(0), [0x0B]))
    let entry = Boxes.box("vexu", eyes, kind, layout) + Boxes.box("hfov", Boxes.word(180_000))
    let metadata = try #require(try Boxes.parse(Boxes.track(entry: entry)).first?.metadata)
    #expect(metadata.projection == .halfEquirectangular && metadata.stereo == .leftRight && metadata.swapsEyes)
    #expect(metadata.origin == .appleVexu && metadata.fieldOfView == 180)
  }

  @Test func `of what disagrees the first counts, and the rest is said`() throws {
    typealias Boxes = SphericalBoxesTests
    let cube = Boxes.projection(Boxes.box("cbmp", Boxes.word(0), Boxes.word(0), Boxes.word(0)))
    let metadata = try #require(try Boxes.parse(Boxes.track(entry: cube, beside: Boxes.plainXML)).first?.metadata)
    #expect(metadata.projection == .cubemap(layout: 0, padding: 0) && metadata.origin == .sphericalVideoV2)
    #expect(metadata.overruled == ["its V1 metadata says equirectangular"])
  }
}
