import FFmpeg
import Foundation
import FuzzEntries
import Media
import Playout
import SansIO
import SphericalMetadata
import SphericalVideo
import TestCardFilm
import Testing

/// Lenses as their maker measured them, against the written model.
@Suite struct MeasuredLensesTests {
  static let lenses = WrittenLens.two
  /// The picture is a quarter as large as the one that was measured.
  static let size = VideoSize(width: 1536, height: 768)

  static func trailer(offset: String? = nil, offsetV3: String? = nil) -> [UInt8] {
    Insta360File.trailer([(3, [1, 2, 3]), (1, Insta360File.information(offset: offset, offsetV3: offsetV3))])
  }

  static func shape(
    offset: String? = nil, offsetV3: String? = nil, size: VideoSize = size
  ) -> SourceProjection {
    let trailer = Self.trailer(offset: offset, offsetV3: offsetV3)
    return SourceProjection(SphericalMetadata(trailerOf: FileBytes(trailer)), size: size)
  }

  static var measured: SourceProjection { shape(offsetV3: WrittenLens.offsetV3(lenses)) }

  private static func direction(_ random: inout SeededGenerator) -> Vector3 {
    while true {
      let v = Vector3(
        x: .random(in: -1...1, using: &random), y: .random(in: -1...1, using: &random),
        z: .random(in: -1...1, using: &random))
      if v.length > 0.1, v.length < 1 { return v.normalized }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64], [1, 2])
  func `a direction is where the written model has it, in one picture and in two`(seed: UInt64, pictures: Int) throws {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var shape = Self.measured
    #expect(shape.name == .dualFisheye && shape.origin == .trailer && shape.confidence == 1)
    guard case .measuredLenses(let calibration, 1, nil) = shape.shape else {
      Issue.record("\(shape)")
      return
    }
    shape.shape = .measuredLenses(calibration, pictures: pictures, lensFieldOfView: nil)
    let projection = shape.projection(for: pictures == 1 ? Self.size : VideoSize(width: 768, height: 768))
    #expect(projection.faces.map(\.picture) == (pictures == 1 ? [0, 0] : [0, 1]))
    var worst = 0.0
    for _ in 0..<5000 {
      let d = Self.direction(&random)
      let nearest = Self.lenses[0].angle(towards: d) <= Self.lenses[1].angle(towards: d) ? 0 : 1
      let expected = Self.lenses[nearest].pixel(towards: d)
      let place = try #require(projection.place(towards: d))
      #expect(place.face == nearest)
      let width = pictures == 1 ? 6144.0 : 3072
      let start = pictures == 2 && nearest == 1 ? 3072.0 : 0
      worst = max(
        worst, abs(place.point.x * width - (expected.x - start)) / 4, abs(place.point.y * 3072 - expected.y) / 4)
      let back = try #require(projection.direction(of: place.point, on: place.face))
      #expect((back + d * -1).length < 1e-7)
      #expect(projection.shows(place.point, on: place.face))
      // What overlaps is where the other lens has it.
      if let overlap = projection.overlap(towards: d) {
        let other = Self.lenses[1 - nearest].pixel(towards: d)
        #expect(overlap.place.face == 1 - nearest && overlap.weight > 0 && overlap.weight <= 0.5)
        #expect(abs(overlap.place.point.y * 3072 - other.y) < 0.01)
      }
    }
    print("at most \(worst) pixels off")
    #expect(worst < 0.01)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `two lenses are mixed without a step, wherever one of them ends`(seed: UInt64) {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for fieldOfView in [184.0, 190, 197] {
      var shape = Self.measured
      shape.apply(ShapeOverride(lensFieldOfView: fieldOfView))
      let projection = shape.projection(for: Self.size)
      for _ in 0..<20 {
        let (a, b) = (Self.direction(&random), Self.direction(&random))
        let axis = b + a * -a.dot(b)
        var last: Double?
        for step in 0..<7200 {
          let angle = Double(step) * .pi / 3600
          let d = a * cos(angle) + axis.normalized * sin(angle)
          // How much is seen of the first lens.
          guard let place = projection.place(towards: d) else {
            Issue.record("nothing is seen in \(d)")
            return
          }
          let other = projection.overlap(towards: d)?.weight ?? 0
          let share = place.face == 0 ? 1 - other : other
          if let last { #expect(abs(share - last) < 0.06, "\(fieldOfView)°, \(d)") }
          last = share
        }
      }
    }
  }

  // MARK: - Pictures

  static func fill(_ frame: VideoFrame, _ value: (_ plane: Int, _ x: Double, _ y: Double) -> Double) {
    frame.withPicture { picture in
      for (plane, memory) in [picture.luma, picture.cb, picture.cr].enumerated() {
        let size = plane == 0 ? picture.size : picture.chromaSize
        for y in 0..<size.height {
          for x in 0..<size.width {
            let number = value(plane, (Double(x) + 0.5) / Double(size.width), (Double(y) + 0.5) / Double(size.height))
            memory.base.storeBytes(
              of: UInt8(max(0, min(255, number.rounded()))), toByteOffset: y * memory.stride + x, as: UInt8.self)
          }
        }
      }
    }
  }

  /// What is seen at a place of the whole picture, the lenses beside each other; nil outside of their circles.
  static func direction(_ x: Double, _ y: Double) -> Vector3? {
    lenses[x < 0.5 ? 0 : 1].direction(ofPixel: x * 6144, y * 3072)
  }

  static func value(_ plane: Int, _ d: Vector3) -> Double {
    let phase = Double(plane)
    return 126 + 45 * sin(6 * d.x + phase) + 35 * cos(5 * d.y) * cos(4 * d.z + phase) + 25 * sin(3 * d.y - 2 * d.x)
  }

  @Test func `a dozen views of measured lenses are those of the model, at 42 dB and more, and no seam shows`() throws {
    let output = VideoSize(width: 640, height: 360)
    let source = try VideoFrame.make(size: Self.size, colour: .bt709)
    Self.fill(source) { plane, x, y in Self.direction(x, y).map { Self.value(plane, $0) } ?? 16 }
    let projection = Self.measured.projection(for: Self.size)
    let views: [(Double, Double, Double, Double)] = [
      (0, 0, 0, 90), (90, 0, 0, 90), (180, 0, 0, 90), (-90, 10, 0, 60), (90, 0, 45, 40), (0, 90, 0, 90),
      (0, -90, 0, 90), (85, 35, 0, 60), (-95, -35, 20, 60), (170, 60, 30, 120), (90, -80, 30, 30), (-90, 80, 0, 30),
    ]
    for (yaw, pitch, roll, fieldOfView) in views {
      let view = CameraView(
        orientation: Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch), roll: .degrees(roll)),
        fieldOfView: .degrees(fieldOfView))
      let table = RemapTable(
        from: SourceGeometry(size: Self.size, layout: .yuv420p, projection: projection), to: output, view: view)
      let lens = Posed(
        Rectilinear(horizontalFieldOfView: view.fieldOfView, aspectRatio: 640.0 / 360), by: view.orientation)
      let target = try VideoFrame.make(size: output, colour: .bt709)
      source.withPicture { source in target.withPicture { Remapper.remap(source, through: table, into: $0) } }
      target.withPicture { picture in
        for (plane, memory) in [picture.luma, picture.cb, picture.cr].enumerated() {
          let size = plane == 0 ? picture.size : picture.chromaSize
          var (sum, worst) = (0.0, 0.0)
          for y in 0..<size.height {
            for x in 0..<size.width {
              let point = ImagePoint(
                x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
              let here = Double(memory.base.load(fromByteOffset: y * memory.stride + x, as: UInt8.self))
              let difference = here - Self.value(plane, lens.direction(of: point)!)
              sum += difference * difference
              worst = max(worst, abs(difference))
            }
          }
          let decibels = 10 * log10(255 * 255 * Double(size.width * size.height) / sum)
          print(
            "yaw \(yaw) pitch \(pitch) roll \(roll) fov \(fieldOfView) plane \(plane): \(decibels) dB, \(worst) off")
          #expect(decibels >= 42 && worst < 4, "\((yaw, pitch, roll, fieldOfView)) plane \(plane)")
        }
      }
    }
  }

  // MARK: - Files

  /// The test card, number 4711, as it is and as the lenses would have seen it.
  static let files: (card: String, film: String) = {
    let size = VideoSize(width: 2048, height: 1024)
    let raw = TestClips.folder + "/lenses-card.yuv"
    _ = FileManager.default.createFile(atPath: raw, contents: nil)
    let handle = FileHandle(forWritingAtPath: raw)!
    try! TestCardFilm.write(4711..<4712, size: size, to: handle)
    try! handle.close()
    let card = [UInt8](try! Data(contentsOf: URL(fileURLWithPath: raw)))
    let frame = try! VideoFrame.make(size: Self.size, colour: .bt709)
    let starts = [0, size.width * size.height, size.width * size.height * 5 / 4]
    fill(frame) { plane, x, y in
      guard let d = direction(x, y) else { return plane == 0 ? 16 : 128 }
      let (width, height) = (size.width / (plane == 0 ? 1 : 2), size.height / (plane == 0 ? 1 : 2))
      let across = (0.5 + atan2(d.x, -d.z) / (2 * .pi)) * Double(width) - 0.5
      let down = (0.5 - asin(max(-1, min(d.y, 1))) / .pi) * Double(height) - 0.5
      let (column, row) = (Int(across.rounded(.down)), Int(down.rounded(.down)))
      func sample(_ i: Int, _ j: Int) -> Double {
        Double(card[starts[plane] + max(0, min(height - 1, j)) * width + ((i % width) + width) % width])
      }
      let (right, low) = (across - Double(column), down - Double(row))
      return (sample(column, row) * (1 - right) + sample(column + 1, row) * right) * (1 - low)
        + (sample(column, row + 1) * (1 - right) + sample(column + 1, row + 1) * right) * low
    }
    var bytes = Data()
    frame.withPicture { picture in
      for (plane, memory) in [picture.luma, picture.cb, picture.cr].enumerated() {
        let size = plane == 0 ? picture.size : picture.chromaSize
        for y in 0..<size.height { bytes.append(Data(bytes: memory.base + y * memory.stride, count: size.width)) }
      }
    }
    let lensesRaw = TestClips.folder + "/lenses.yuv"
    try! bytes.write(to: URL(fileURLWithPath: lensesRaw))
    let trailer = Data(Self.trailer(offsetV3: WrittenLens.offsetV3(lenses)))
    func make(_ name: String, _ raw: String, _ size: VideoSize, _ options: String, hasTrailer: Bool) -> String {
      let path = TestClips.folder + "/" + name
      TestClips.run(
        ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size.description, "-r", "25", "-i", raw]
          + options.split(separator: " ").map(String.init) + [path])
      guard hasTrailer else { return path }
      let handle = FileHandle(forWritingAtPath: path)!
      try! handle.seekToEnd()
      try! handle.write(contentsOf: trailer)
      try! handle.close()
      return path
    }
    let coder = "-c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p"
    return (
      make("lenses-card.mp4", raw, size, coder, hasTrailer: false),
      make("lenses.insv", lensesRaw, Self.size, coder + " -f mp4", hasTrailer: true)
    )
  }()

  /// Sample by sample, of two pictures of one size.
  private static func lumaDifferences(_ one: VideoFrame, _ other: VideoFrame) -> [Int] {
    one.withPicture { one in
      other.withPicture { other in
        (0..<one.size.height).flatMap { y in
          (0..<one.size.width).map { x in
            Int(one.luma.base.load(fromByteOffset: y * one.luma.stride + x, as: UInt8.self))
              - Int(other.luma.base.load(fromByteOffset: y * other.luma.stride + x, as: UInt8.self))
          }
        }
      }
    }
  }

  @Test func `a camera's own file shows every side of the world upright`() throws {
    let path = MediaLocation(Self.files.film)
    let report = try probe(path)
    #expect(report.shape.projection == .dualFisheye && report.shape.origin == .trailer && report.failure == nil)
    let size = VideoSize(width: 480, height: 480)
    for preset in CameraPreset.defaults {
      let seen = try snapshot(file: path, preset: preset, size: size)
      let expected = try snapshot(
        file: MediaLocation(Self.files.card), shape: ShapeOverride(projection: .equirectangular), preset: preset,
        size: size)
      if preset.name == "front" { #expect(FrameNumberReader.number(in: seen) == 4711) }
      let squares = Self.lumaDifferences(seen, expected).reduce(0.0) { $0 + Double($1 * $1) }
      let decibels = 10 * log10(255 * 255 * Double(480 * 480) / squares)
      print("\(preset.name): \(decibels) dB")
      #expect(decibels > 24, "\(preset.name)")
    }
  }

  @Test func `a lens in each of two tracks, as cameras write them today`() throws {
    let path = TestClips.folder + "/lenses-two.insv"
    TestClips.run(
      ["-i", Self.files.film, "-filter_complex", "[0:v]split[a][b];[a]crop=768:768:0:0[c];[b]crop=768:768:768:0[d]"]
        + ["-map", "[c]", "-map", "[d]"] + ShapeClips.coding + ["-f", "mp4", path])
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Self.trailer(offsetV3: WrittenLens.offsetV3(Self.lenses)))
    try handle.close()
    let report = try probe(MediaLocation(path))
    #expect(report.shape.projection == .dualFisheye && report.shape.origin == .trailer)
    #expect(report.projection.contains("two tracks"))
    let size = VideoSize(width: 480, height: 480)
    for preset in CameraPreset.defaults {
      let seen = try snapshot(file: MediaLocation(path), preset: preset, size: size)
      let beside = try snapshot(file: MediaLocation(Self.files.film), preset: preset, size: size)
      let difference = Self.lumaDifferences(seen, beside).reduce(0) { $0 + abs($1) }
      #expect(difference < 480 * 480 * 3, "\(preset.name)")
    }
  }

  @Test func `a trailer of other lenses than those in the picture is told, and not believed`() {
    let flat = Self.shape(
      offsetV3: WrittenLens.offsetV3(Self.lenses), size: VideoSize(width: 1920, height: 1080))
    #expect(flat.origin == .none && flat.description.contains("lenses that are not in this picture"))
    // One of them has a file or a track of its own.
    let one = Self.shape(offsetV3: WrittenLens.offsetV3(Self.lenses), size: VideoSize(width: 768, height: 768))
    #expect(one.name == .fisheye && one.origin == .trailer)
    #expect(one.projection(for: VideoSize(width: 768, height: 768)).place(towards: .forward) != nil)
    // What bends back on itself before it has seen half of the world is no such lens.
    var numbers = Self.lenses[0].numbers
    numbers[11] = -1.4
    let short = Self.shape(
      offset: nil, offsetV3: WrittenLens.offsetV3([WrittenLens(numbers, index: 0), Self.lenses[1]]))
    #expect(short.name == .dualFisheye && short.confidence == 0.5 && short.description.contains("end at"))
    let circles = Self.shape(offset: Insta360File.offset)
    #expect(circles.name == .dualFisheye && circles.origin == .trailer)
    let projection = circles.projection(for: VideoSize(width: 2048, height: 1024))
    let forward = projection.place(towards: .forward)!
    #expect(
      forward.face == 0 && abs(forward.point.x * 10752 - 2684.25) < 60 && abs(forward.point.y * 5376 - 2687.75) < 60)
    // Half of 190° to the right: near its circle's edge, by its radius.
    let right = projection.place(towards: Vector3(x: 1, y: 0, z: -0.1))!
    #expect(right.face == 0 && (right.point.x * 10752 - 2684.25) / 2657.621 > 0.85)
  }
}
