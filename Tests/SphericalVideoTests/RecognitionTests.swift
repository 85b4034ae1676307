import Glibc
import Media
import SansIO
import SphericalVideo
import Testing

/// What a shape is recognized by, in a world with something everywhere.
@Suite struct RecognitionTests {
  /// Waves of many lengths and directions, brighter above than below.
  struct World: Sendable {
    private let waves: [(direction: Vector3, phase: Double, size: Double, plane: Int)]

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      waves = (0..<60).map { index in
        let length = Double.random(in: 4...40, using: &random)
        let (x, y, z) = (
          Double.random(in: -1...1, using: &random), Double.random(in: -1...1, using: &random),
          Double.random(in: -1...1, using: &random)
        )
        return (
          Vector3(x: x * length, y: y * length, z: z * length), .random(in: 0...6.3, using: &random),
          index % 3 == 0 ? 14 : 6, index % 3
        )
      }
    }

    func value(_ d: Vector3) -> SIMD4<Float> {
      var sum = SIMD4<Float>(130 + 40 * Float(d.y), 128, 128, 0)
      for wave in waves { sum[wave.plane] += Float(wave.size * sin(wave.direction.dot(d) + wave.phase)) }
      return sum
    }
  }

  static func sketch(
    _ world: World, _ projection: any Projection, _ width: Int, _ height: Int, isDarkOutside: Bool = false
  ) -> PictureSketch {
    let faces = projection.faces
    func distance(_ face: Face, _ point: ImagePoint) -> Double {
      max(face.x - point.x, point.x - face.x - face.width, 0) + max(face.y - point.y, point.y - face.y - face.height, 0)
    }
    return PictureSketch(width: width, height: height) { x, y in
      let point = ImagePoint(x: (Double(x) + 0.5) / Double(width), y: (Double(y) + 0.5) / Double(height))
      let face = faces.indices.min { distance(faces[$0], point) < distance(faces[$1], point) }!
      if isDarkOutside, !projection.shows(point, on: face) { return SIMD4(16, 128, 128, 0) }
      return projection.direction(of: point, on: face).map(world.value) ?? SIMD4(16, 128, 128, 0)
    }
  }

  static let shapes: [(name: ShapeName, projection: any Projection, width: Int, height: Int, isDarkOutside: Bool)] = [
    (.equirectangular, Equirectangular(), 512, 256, false),
    (.halfEquirectangular, Equirectangular(bounds: .half), 512, 512, false),
    (.cubemap3x2, Cubemap.threeByTwo(), 512, 341, false), (.cubemap6x1, Cubemap.sixByOne(), 512, 85, false),
    (.cubemap1x6, Cubemap.oneBySix(), 85, 512, false),
    (.eac, Cubemap.equiangular(pixelsWide: 3840, high: 2560), 512, 341, false),
    (.dualFisheye, Fisheye.dual(fieldOfView: .degrees(190)), 512, 256, false),
    (.dualFisheye, Fisheye.dual(fieldOfView: .degrees(195)), 512, 256, true),
    (.fisheye, Fisheye([.inscribed(in: .whole, aspectRatio: 1, fieldOfView: .degrees(180))]), 512, 512, true),
    (.flat, Rectilinear(horizontalFieldOfView: .degrees(80), aspectRatio: 16.0 / 9), 512, 288, false),
    (.flat, Rectilinear(horizontalFieldOfView: .degrees(60), aspectRatio: 1.5), 512, 341, false),
  ]

  @Test(arguments: shapes.indices, [1, 2, 3] as [UInt64])
  func `a shape is recognized by its pixels, however the camera was turned`(index: Int, seed: UInt64) throws {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed &* 100 &+ UInt64(index))
    let shape = Self.shapes[index]
    let pose = Orientation(
      yaw: .degrees(.random(in: -180...180, using: &random)), pitch: .degrees(.random(in: -90...90, using: &random)),
      roll: .degrees(.random(in: -180...180, using: &random)))
    let sketch = Self.sketch(
      World(seed: seed), shape.projection.posed(by: pose), shape.width, shape.height,
      isDarkOutside: shape.isDarkOutside)
    let found = try #require(
      ShapeRecognition.shape(of: [sketch], aspectRatio: Double(shape.width) / Double(shape.height)))
    #expect(found.projection == shape.name && found.stereo == .mono, "\(found)")
    #expect(found.confidence <= ShapeRecognition.mostConfident)
  }

  @Test(arguments: [StereoLayout.topBottom, .leftRight], [1, 2, 3] as [UInt64])
  func `two eyes are told from one`(layout: StereoLayout, seed: UInt64) throws {
    let world = World(seed: seed)
    let left = Self.sketch(world, Equirectangular(), 256, 128)
    let right = Self.sketch(
      world, Equirectangular().posed(by: Orientation(yaw: .degrees(2))), left.width, left.height)
    let isBelow = layout == .topBottom
    let both = PictureSketch(
      width: isBelow ? left.width : 2 * left.width, height: isBelow ? 2 * left.height : left.height
    ) { x, y in
      if isBelow { return y < left.height ? left[x, y] : right[x, y - left.height] }
      return x < left.width ? left[x, y] : right[x - left.width, y]
    }
    let found = try #require(
      ShapeRecognition.shape(of: [both], aspectRatio: Double(both.width) / Double(both.height)))
    #expect(found.stereo == layout, "\(found)")
  }

  @Test func `what has nothing in it is no reason to be sure`() throws {
    for (width, height) in [(1, 1), (2, 2), (16, 9), (512, 288), (512, 256)] {
      let sketch = PictureSketch(width: width, height: height) { _, _ in SIMD4(16, 128, 128, 0) }
      let found = try #require(
        ShapeRecognition.shape(of: [sketch], aspectRatio: Double(width) / Double(height)))
      #expect(found.projection == .flat || found.confidence < 0.7, "\(found)")
    }
    #expect(ShapeRecognition.shape(of: [], aspectRatio: 2) == nil)
  }

  @Test(arguments: [PlanarPicture.Layout.yuv420p, .nv12, .yuv420p10, .p010])
  func `a sketch is the same of all layouts`(layout: PlanarPicture.Layout) {
    let picture = OwnedPicture(layout, VideoSize(width: 1030, height: 515))
    let scale = layout == .yuv420p || layout == .nv12 ? 1 : 4
    picture.fill { plane, x, _ in scale * (plane == 0 ? x * 255 / 1030 : 40 * plane) }
    let sketch = PictureSketch(picture.view)
    #expect(sketch.width == 512 && sketch.height == 256)
    let middle = sketch[256, 100]
    #expect(abs(middle.x - 127) < 2 && middle.y == 40 && middle.z == 80)
  }
}
