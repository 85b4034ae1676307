import Foundation
import FuzzEntries
import SansIO
import SphericalMetadata
import Testing

@Suite struct MatroskaTracksTests {
  /// An element with a length of eight bytes, as muxers write it that fill it in later.
  private static func element(_ name: [UInt8], _ contents: [UInt8]...) -> [UInt8] {
    let bytes = contents.flatMap { $0 }
    return name + [0x01] + (0..<7).map { UInt8(truncatingIfNeeded: bytes.count >> (48 - 8 * $0)) } + bytes
  }

  private static func float(_ value: Float) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (24 - 8 * UInt32($0))) }
  }

  private static func projection(type: UInt8, own: [UInt8] = []) -> [UInt8] {
    element(
      [0x76, 0x70], element([0x76, 0x71], [type]), element([0x76, 0x72], own), element([0x76, 0x73], float(90)),
      element([0x76, 0x74], float(-15)))
  }

  private static func track(type: UInt8 = 1, stereo: UInt8? = nil, _ projection: [UInt8] = []) -> [UInt8] {
    let mode = stereo.map { element([0x53, 0xB8], [$0]) } ?? []
    return element([0xAE], element([0x83], [type]), element([0xE0], mode, projection))
  }

  private static func file(_ tracks: [UInt8]...) -> [UInt8] {
    element([0x1A, 0x45, 0xDF, 0xA3], Array("webm".utf8))
      + element(
        [0x18, 0x53, 0x80, 0x67], element([0xEC], [UInt8](repeating: 0, count: 100)),
        element([0x16, 0x54, 0xAE, 0x6B], tracks.flatMap { $0 }))
  }

  private static func metadata(_ bytes: [UInt8], track: Int = 0) -> SphericalMetadata? {
    let file = FileBytes(size: Int64(bytes.count)) { count, offset in
      guard count >= 0, offset >= 0, offset <= Int64(bytes.count - count) else { return nil }
      return Array(bytes[Int(offset)..<Int(offset) + count])
    }
    return SphericalMetadata(matroska: file, videoTrack: track)
  }

  @Test func `reads projection, pose, stereo mode and bounds`() {
    let bounds: [UInt8] = [0, 0, 0, 0] + [0, 0, 0, 0x40].reversed().map { $0 } + [UInt8](repeating: 0, count: 12)
    let found = Self.metadata(Self.file(Self.track(stereo: 3, Self.projection(type: 1, own: bounds))))
    let expected = SphericalMetadata(
      projection: .equirectangular(.init(top: 0.25)), pose: .init(yaw: 90, pitch: -15), stereo: .topBottom,
      origin: .matroska)
    #expect(found == expected)
    #expect(Self.metadata(Self.file(Self.track(Self.projection(type: 3))))?.projection == .mesh)
    let cube = Self.projection(type: 2, own: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8])
    #expect(Self.metadata(Self.file(Self.track(cube)))?.projection == .cubemap(layout: 0, padding: 8))
  }

  @Test func `reads what is cropped, and eyes without a projection`() {
    let top = Self.element([0x54, 0xBB], [40])
    let bottom = Self.element([0x54, 0xAA], [1, 0])
    let sides = Self.element([0x54, 0xCC], [2]) + Self.element([0x54, 0xDD], [3])
    let found = Self.metadata(Self.file(Self.track(stereo: 1, top + bottom + sides)))
    #expect(
      found
        == SphericalMetadata(
          projection: .unstated, stereo: .leftRight, crop: .init(top: 40, bottom: 256, left: 2, right: 3),
          origin: .matroska))
    #expect(Self.metadata(Self.file(Self.track(stereo: 0))) == nil)
    // More than a picture can have.
    #expect(Self.metadata(Self.file(Self.track(Self.element([0x54, 0xBB], [0xFF, 0xFF, 0xFF])))) == nil)
  }

  @Test func `counts the tracks of video alone`() {
    let file = Self.file(Self.track(type: 2), Self.track(), Self.track(stereo: 1, Self.projection(type: 1)))
    #expect(Self.metadata(file) == nil)
    #expect(Self.metadata(file, track: 1)?.stereo == .leftRight)
    #expect(Self.metadata(file, track: 2) == nil)
  }

  @Test func `finds nothing where nothing is said, and in other files`() {
    #expect(Self.metadata(Self.file(Self.track())) == nil)
    #expect(Self.metadata(Self.file(Self.track(Self.projection(type: 9)))) == nil)
    #expect(Self.metadata([]) == nil)
    #expect(Self.metadata(Array("RIFF....".utf8)) == nil)
    // A segment of a live recording does not say how long it is.
    var endless = Self.file(Self.track(Self.projection(type: 1)))
    let segment = endless.firstRange(of: [0x18, 0x53, 0x80, 0x67] as [UInt8])!.upperBound
    endless.replaceSubrange(segment..<segment + 8, with: [0x01] + [UInt8](repeating: 0xFF, count: 7))
    #expect(Self.metadata(endless)?.pose.yaw == 90)
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `survives every cut, and damage at random places, seed`(seed: UInt64) {
    let file = Self.file(Self.track(type: 2), Self.track(stereo: 3, Self.projection(type: 1)))
    for count in file.indices { _ = Self.metadata(Array(file.prefix(count))) }
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var damaged = file
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      damaged.withUnsafeBytes { fuzzMatroskaTracks($0) }
    }
  }

  @Test func `survives what the fuzzer found`() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("FuzzEntries/Cases/matroska")
    let cases = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!cases.isEmpty)
    for file in cases { try [UInt8](Data(contentsOf: file)).withUnsafeBytes { fuzzMatroskaTracks($0) } }
  }
}
