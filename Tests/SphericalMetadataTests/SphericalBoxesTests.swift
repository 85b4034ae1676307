import Foundation
import FuzzEntries
import SansIO
import SphericalMetadata
import Testing

@Suite struct SphericalBoxesTests {
  /// A box with its header.
  static func box(_ type: String, _ contents: [UInt8]...) -> [UInt8] {
    let bytes = contents.flatMap { $0 }
    return word(UInt32(bytes.count + 8)) + Array(type.utf8) + bytes
  }

  static func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

  static func projection(_ kind: [UInt8], yaw: Int32 = 0, pitch: Int32 = 0, roll: Int32 = 0) -> [UInt8] {
    let angles = [yaw, pitch, roll].flatMap { word(UInt32(bitPattern: $0 * 65536)) }
    return box("sv3d", box("svhd", word(0), [0]), box("proj", box("prhd", word(0), angles), kind))
  }

  static let equirectangular = box("equi", [UInt8](repeating: 0, count: 20))

  static func xml(_ elements: String) -> [UInt8] {
    let id: [UInt8] = [
      0xff, 0xcc, 0x82, 0x63, 0xf8, 0x55, 0x4a, 0x93, 0x88, 0x14, 0x58, 0x7a, 0x02, 0x52, 0x1f, 0xdd,
    ]
    return box("uuid", id, Array("<?xml version=\"1.0\"?><rdf:SphericalVideo>\(elements)</rdf:SphericalVideo>".utf8))
  }

  static let plainXML = xml(
    "<GSpherical:Spherical>true</GSpherical:Spherical>"
      + "<GSpherical:ProjectionType> equirectangular </GSpherical:ProjectionType>")

  static func track(
    id: UInt32 = 1, handler: String = "vide", width: UInt16 = 0, height: UInt16 = 0, entry: [UInt8] = [],
    beside: [UInt8] = []
  ) -> [UInt8] {
    let header = box("tkhd", word(0), word(0), word(0), word(id))
    let size = word(UInt32(width) << 16 | UInt32(height))
    let fields = [UInt8](repeating: 0, count: 24) + size + [UInt8](repeating: 0, count: 50)
    let description = box("stsd", word(0), word(1), box("avc1", fields, entry))
    let media = box(
      "mdia", box("hdlr", word(0), word(0), Array(handler.utf8), word(0)), box("minf", box("stbl", description)))
    return box("trak", header, media, beside)
  }

  static func parse(_ movie: [UInt8]) throws(SphericalBoxes.Failure) -> [SphericalBoxes.Track] {
    try SphericalBoxes.parse(movie.span.bytes)
  }

  @Test func `reads the boxes of Spherical Video V2`() throws {
    let stereo = Self.box("st3d", Self.word(0), [1])
    let entry = stereo + Self.projection(Self.equirectangular, yaw: 90, pitch: -30, roll: 15)
    let tracks = try Self.parse(Self.box("mvhd") + Self.track(id: 7, entry: entry))
    #expect(tracks.map(\.trackID) == [7])
    #expect(
      tracks.first?.metadata
        == SphericalMetadata(
          projection: .equirectangular(.full), pose: .init(yaw: 90, pitch: -30, roll: 15), stereo: .topBottom,
          origin: .sphericalVideoV2))
  }

  @Test func `reads the clean aperture, unless it lies, and eyes without a projection`() throws {
    func crop(_ values: [UInt32]) throws -> SphericalMetadata.Crop? {
      let entry = Self.box("clap", values.flatMap(Self.word))
      return try Self.parse(Self.track(width: 640, height: 400, entry: entry)).first?.metadata.crop
    }
    #expect(try crop([640, 1, 320, 1, 0, 1, 0, 1]) == .init(top: 40, bottom: 40))
    // Off its middle by 10 to the left, in halves.
    let left = UInt32(bitPattern: -20)
    #expect(try crop([1200, 2, 400, 1, left, 2, 0, 1]) == .init(left: 10, right: 30))
    let lies: [[UInt32]] = [
      [641, 1, 320, 1, 0, 1, 0, 1], [640, 0, 320, 1, 0, 1, 0, 1], [0, 1, 0, 1, 0, 1, 0, 1],
      [640, 1, 320, 1, 0, 1, 90, 1], [640, 1, 320, 1, 0, 0, 0, 0],
    ]
    for values in lies { #expect(try crop(values) == nil, "\(values)") }
    let stereo = try Self.parse(Self.track(entry: Self.box("st3d", Self.word(0), [2])))
    #expect(
      stereo.map(\.metadata)
        == [SphericalMetadata(projection: .unstated, stereo: .leftRight, origin: .sphericalVideoV2)])
  }

  @Test func `reads the part of the panorama that is shown`() throws {
    let quarter = Self.word(0x4000_0000)
    let entry = Self.projection(Self.box("equi", Self.word(0), Self.word(0), Self.word(0), quarter, quarter))
    #expect(
      try Self.parse(Self.track(entry: entry)).first?.metadata.projection
        == .equirectangular(.init(left: 0.25, right: 0.25)))
    let cropped = Self.xml(
      [
        ("Spherical", "true"), ("FullPanoWidthPixels", "4000"), ("CroppedAreaImageWidthPixels", "2000"),
        ("CroppedAreaLeftPixels", "1000"), ("FullPanoHeightPixels", "2000"), ("CroppedAreaImageHeightPixels", "1000"),
        ("CroppedAreaTopPixels", "250"), ("StereoMode", "left-right"),
      ].map { "<GSpherical:\($0)>\($1)</GSpherical:\($0)>" }.joined())
    let metadata = try Self.parse(Self.track(beside: cropped)).first?.metadata
    #expect(metadata?.projection == .equirectangular(.init(top: 0.125, bottom: 0.375, left: 0.25, right: 0.25)))
    #expect(metadata?.stereo == .leftRight)
    #expect(metadata?.origin == .sphericalVideoV1)
  }

  @Test func `reads cubemaps and names what it does not know`() throws {
    let cube = Self.projection(Self.box("cbmp", Self.word(0), Self.word(0), Self.word(8)))
    #expect(try Self.parse(Self.track(entry: cube)).first?.metadata.projection == .cubemap(layout: 0, padding: 8))
    let fisheye = Self.projection(Self.box("fish", Self.word(0)))
    #expect(try Self.parse(Self.track(entry: fisheye)).first?.metadata.projection == .other("fish"))
  }

  @Test func `believes the mesh and not the XML beside it`() throws {
    let mesh = Self.projection(Self.box("mshp", Self.word(0), Self.word(0), Array("dfl8".utf8)))
    let metadata = try Self.parse(Self.track(entry: mesh, beside: Self.plainXML)).first?.metadata
    #expect(metadata?.projection == .mesh)
    #expect(metadata?.origin == .sphericalVideoV2)
  }

  @Test func `finds nothing in plain video, in sound, and in XML that says false`() throws {
    let spherical = Self.projection(Self.equirectangular)
    let denial = Self.xml("<GSpherical:Spherical>false</GSpherical:Spherical>")
    #expect(try Self.parse([]).isEmpty)
    #expect(try Self.parse(Self.track()).isEmpty)
    #expect(try Self.parse(Self.track(handler: "soun", entry: spherical)).isEmpty)
    #expect(try Self.parse(Self.track(beside: denial)).isEmpty)
    #expect(try Self.parse(Self.track() + Self.track(id: 2, beside: Self.plainXML)).map(\.trackID) == [2])
  }

  @Test func `says where a box is damaged`() throws {
    let entry = Self.projection(Self.box("equi", Self.word(0), Self.word(0)))
    #expect(throws: SphericalBoxes.Failure.self) { try Self.parse(Self.track(entry: entry)) }
    #expect(throws: SphericalBoxes.Failure(reason: .badSize, offset: 0)) {
      try Self.parse([0, 0, 0, 7] + Array("trak".utf8))
    }
    #expect(throws: SphericalBoxes.Failure(reason: .badSize, offset: 8)) {
      try Self.parse(Self.box("free") + [0, 0, 0, 9] + Array("trak".utf8))
    }
    #expect(throws: SphericalBoxes.Failure(reason: .badSize, offset: 0)) {
      try Self.parse([0, 0, 0, 1] + Array("trak".utf8) + [UInt8](repeating: 0xff, count: 8))
    }
    #expect(throws: SphericalBoxes.Failure(reason: .truncated, offset: 8)) {
      try Self.parse([0, 0, 0, 1] + Array("trak".utf8) + [0])
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `survives every cut, and damage at random places`(seed: UInt64) {
    let entry = Self.box("st3d", Self.word(0), [2]) + Self.projection(Self.equirectangular)
    let movie = Self.track(entry: entry, beside: Self.plainXML)
    for count in movie.indices { _ = try? Self.parse(Array(movie.prefix(count))) }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var damaged = movie
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? Self.parse(damaged)
    }
  }

  @Test func `survives what the fuzzer found`() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("FuzzEntries/Cases/boxes")
    let cases = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!cases.isEmpty)
    for file in cases { try [UInt8](Data(contentsOf: file)).withUnsafeBytes { fuzzSphericalBoxes($0) } }
  }
}
