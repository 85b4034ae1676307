import Foundation
import FuzzEntries
import SansIO
import SphericalMetadata
import Testing

@Suite struct Insta360TrailerTests {
  static let offsetV3 = [
    "2",
    "2.1_1480.5_1479.25_1535.5_1530.25_-0.25_0.5_90.125_0.01_-0.002_0_0.31_-0.42_0.19_0.0005_-0.0007_6144_3072_113",
    "2.05_1470_1471_4610.5_1541.75_0.75_-0.5_89.5_0_0_-0.03_0.3_-0.4_0.2_-0.0003_0.0004_6144_3072_113", "197632",
  ].joined(separator: "_")

  static func metadata(_ trailer: [UInt8]) -> SphericalMetadata? {
    SphericalMetadata(trailerOf: FileBytes([UInt8](repeating: 0xD9, count: 500) + trailer))
  }

  static func metadata(offset: String?, offsetV3: String? = nil) -> SphericalMetadata? {
    let camera = Insta360File.information(offset: offset, offsetV3: offsetV3)
    return metadata(Insta360File.trailer([(3, [UInt8](repeating: 7, count: 300)), (1, camera), (2, [1, 2, 3])]))
  }

  @Test func `circles are read as a camera writes them`() throws {
    let found = try #require(Self.metadata(offset: Insta360File.offset))
    #expect(found.projection == .dualFisheye && found.origin == .insta360 && found.overruled.isEmpty)
    let calibration = try #require(found.calibration)
    #expect(calibration.width == 5376 && calibration.height == 5376)
    #expect(
      calibration.lenses == [
        .init(model: .equidistant(radius: 2657.621), x: 2684.25, y: 2687.75, yaw: -0.259, pitch: -0.011, roll: 89.729),
        .init(
          model: .equidistant(radius: 2651.033), x: 8066.33 - 5376, y: 2692.03, yaw: 0.247, pitch: -0.221, roll: 89.754),
      ])
  }

  @Test(arguments: [false, true])
  func `the unified sphere goes before circles, wherever its record is`(hasList: Bool) throws {
    let camera = Insta360File.information(offset: Insta360File.offset, offsetV3: Self.offsetV3)
    let trailer = Insta360File.trailer([(4, [9, 9]), (1, camera), (7, [])], hasList: hasList)
    let found = try #require(Self.metadata(trailer))
    let calibration = try #require(found.calibration)
    #expect(found.overruled.isEmpty && calibration.width == 3072 && calibration.lenses.count == 2)
    #expect(
      calibration.lenses[0]
        == .init(
          model: .unifiedSphere(
            .init(
              mirror: 2.1, focalLength: (1480.5, 1479.25), radial: (0.31, -0.42, 0.19), tangential: (0.0005, -0.0007))),
          x: 1535.5, y: 1530.25, yaw: -0.25, pitch: 0.5, roll: 90.125))
    #expect(calibration.lenses[1].x == 4610.5 - 3072 && calibration.lenses[1].roll == 89.5)
  }

  @Test func `a file without a trailer says nothing`() {
    #expect(SphericalMetadata(trailerOf: FileBytes([])) == nil)
    #expect(SphericalMetadata(trailerOf: FileBytes([UInt8](repeating: 0, count: 1000))) == nil)
    #expect(SphericalMetadata(trailerOf: FileBytes(size: 1 << 40) { _, _ in nil }) == nil)
  }

  @Test(arguments: [
    ("2_1_2_3", "4 numbers"), ("", "no calibration"), ("3_1_1_1", "one lens or two"), ("nan_2", "numbers"),
    ("2_1e999_2_3_4_5_6_7_8_9_10_11_12_13_14_15", "numbers"), ("2__", "numbers"),
    (Insta360File.offset.replacing("2657.621", with: "99999"), "radius is 99999"),
    (Insta360File.offset.replacing("2657.621", with: "-5"), "radius is -5"),
    (Insta360File.offset.replacing("2687.750", with: "6000"), "middle is 6000"),
    (Insta360File.offset.replacing("89.729", with: "1e10"), "angle is"),
    (Insta360File.offset.replacing("5376", with: "0"), "height is 0"),
    (Insta360File.offset.replacing("10752", with: "90000"), "aspect ratio"),
    (String(repeating: "1_", count: 4000), "8000 characters"),
  ])
  func `numbers that cannot be are not believed, and it is said why`(offset: String, reason: String) throws {
    let found = try #require(Self.metadata(offset: offset))
    #expect(found.projection == .unstated && found.calibration == nil)
    #expect(found.overruled.count == 1 && found.overruled[0].contains(reason), "\(found.overruled)")
  }

  @Test(arguments: [
    (offsetV3.replacing("2.1_", with: "-1_"), "mirror is -1"),
    (offsetV3.replacing("1480.5", with: "0"), "focal length"),
    (offsetV3.replacing("0.31_", with: "1e9_"), "radial"), (offsetV3.replacing("0.0005", with: "3"), "tangential"),
    (String(offsetV3.dropLast(30)), "numbers"), (offsetV3.replacing("0.0004_6144", with: "0.0004_6000"), "different"),
  ])
  func `circles are taken where the sphere makes no sense`(offsetV3: String, reason: String) throws {
    let found = try #require(Self.metadata(offset: Insta360File.offset, offsetV3: offsetV3))
    #expect(found.overruled.count == 1 && found.overruled[0].contains(reason), "\(found.overruled)")
    #expect(found.calibration?.width == 5376)
  }

  @Test func `lengths that lie are refused by name`() throws {
    func note(_ trailer: [UInt8]) throws -> String {
      let found = try #require(Self.metadata(trailer))
      #expect(found.projection == .unstated && found.calibration == nil)
      return try #require(found.overruled.first)
    }
    #expect(try note(Insta360File.footer(length: 0xFFFF_FFFF)).contains("claims 4294967295 bytes of a file of 572"))
    #expect(try note(Insta360File.footer(length: 0)).contains("no record"))
    #expect(try note(Insta360File.footer(length: 72)).contains("no record"))
    let claim: [UInt8] = [1, 1, 0xFF, 0xFF, 0xFF, 0xF0] + Insta360File.footer(length: 78)
    #expect(try note(claim).contains("a record claims 4043309055 bytes where there are 0"))
    // Of a file of gigabytes, a record as long as it is within it and still none.
    let size = Int64(3) << 30
    let end: [UInt8] = [1, 1, 0, 0, 0, 0x80] + Insta360File.footer(length: Int(size))
    let large = SphericalMetadata(
      trailerOf: FileBytes(size: size) { count, offset in
        let start = Int(offset - (size - Int64(end.count)))
        return start >= 0 && count < 1000 ? Array(end[start..<start + count]) : nil
      })
    #expect(large?.overruled.first?.contains("its record of the camera has 2147483648 bytes") == true)
    // So many empty records are no camera's.
    let empty = [UInt8](repeating: 0, count: 6 * 5000) + Insta360File.footer(length: 6 * 5000 + 72)
    #expect(try note(Array(repeating: 2, count: 600) + empty).contains("no record"))
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `survives every cut, and damage at random places, seed`(seed: UInt64) {
    let camera = Insta360File.information(offset: Insta360File.offset, offsetV3: Self.offsetV3)
    var random = SeededGenerator(seed: seed)
    for hasList in [false, true] {
      let file = Insta360File.trailer([(1, camera), (2, [1, 2])], hasList: hasList)
      for count in file.indices { _ = SphericalMetadata(trailerOf: FileBytes(Array(file.suffix(count)))) }
      for _ in 0..<1000 {
        var damaged = file
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          damaged[Int.random(in: 0..<damaged.count - 32, using: &random)] = .random(in: 0...255, using: &random)
        }
        damaged.withUnsafeBytes { fuzzInsta360($0) }
      }
    }
  }

  @Test func `survives what the fuzzer found`() throws {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("FuzzEntries/Cases/insta360")
    let cases = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(!cases.isEmpty)
    for file in cases { try [UInt8](Data(contentsOf: file)).withUnsafeBytes { fuzzInsta360($0) } }
  }
}
