import Glibc
import Media
import SansIO
import SphericalVideo
import Testing

private func angle(_ a: Vector3, _ b: Vector3) -> Double { acos(max(-1, min(1, a.normalized.dot(b.normalized)))) }

@Suite struct ProjectionTests {
  private static let orientations = [
    Orientation.forward,
    Orientation(yaw: .degrees(30), pitch: .degrees(-20), roll: .degrees(10)),
    Orientation.pose(yaw: 45, pitch: 30, roll: 15),
    Orientation(yaw: .degrees(-170), pitch: .degrees(89), roll: .degrees(180)),
  ]

  @Test(arguments: orientations)
  func `equirectangular points come back from their directions`(pose: Orientation) throws {
    let projection = Posed(Equirectangular(), by: pose)
    for j in 1..<40 {
      for i in 0..<80 {
        let point = ImagePoint(x: (Double(i) + 0.5) / 80, y: Double(j) / 40)
        let direction = try #require(projection.direction(of: point))
        #expect(abs(direction.length - 1) < 1e-12)
        let back = try #require(projection.point(towards: direction * 3))
        #expect(abs(back.x - point.x) < 1e-9 && abs(back.y - point.y) < 1e-9)
      }
    }
  }

  @Test(arguments: [10.0, 60, 90, 120, 150])
  func `rectilinear points come back from their directions`(fieldOfView: Double) throws {
    let lens = Rectilinear(horizontalFieldOfView: .degrees(fieldOfView), aspectRatio: 16.0 / 9)
    for j in 1..<20 {
      for i in 1..<20 {
        let point = ImagePoint(x: Double(i) / 20, y: Double(j) / 20)
        let direction = try #require(lens.direction(of: point))
        let back = try #require(lens.point(towards: direction))
        #expect(abs(back.x - point.x) < 1e-9 && abs(back.y - point.y) < 1e-9)
      }
    }
    #expect(lens.point(towards: Vector3(x: 0, y: 0, z: 1)) == nil)
    let edge = try #require(lens.direction(of: ImagePoint(x: 1, y: 0.5)))
    #expect(abs(angle(edge, .forward) - fieldOfView / 2 * .pi / 180) < 1e-12)
  }

  @Test func `any direction comes back from its equirectangular point, seed 7`() throws {
    var random = SeededGenerator(seed: 7)
    for pose in Self.orientations {
      let projection = Posed(Equirectangular(), by: pose)
      for _ in 0..<500 {
        func part() -> Double { .random(in: -1...1, using: &random) }
        let direction = Vector3(x: part(), y: part(), z: part())
        let point = try #require(projection.point(towards: direction))
        #expect((0...1).contains(point.x) && (0...1).contains(point.y))
        #expect(angle(try #require(projection.direction(of: point)), direction) < 1e-7)
      }
    }
  }

  @Test func `the middle of a panorama is forward, its right half is to the right, its top is up`() throws {
    let projection = Equirectangular()
    for (x, y, direction) in [
      (0.5, 0.5, Vector3.forward), (0.75, 0.5, Vector3(x: 1, y: 0, z: 0)), (0.5, 0, Vector3(x: 0, y: 1, z: 0)),
      (0, 0.5, Vector3(x: 0, y: 0, z: 1)),
    ] {
      #expect(angle(try #require(projection.direction(of: ImagePoint(x: x, y: y))), direction) < 1e-7)
    }
  }

  /// The matrices of Spherical Video V2, written out: the direction d of the world is at (Ry·Rx·Rz)ᵀ·d in the picture.
  @Test func `a pose turns the picture as Spherical Video V2 says`() throws {
    let (yaw, pitch, roll) = (45.0, 30.0, 15.0)
    func rotate(_ v: Vector3, _ degrees: Double, _ axis: Int) -> Vector3 {
      let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
      switch axis {
      case 0: return Vector3(x: v.x, y: c * v.y - s * v.z, z: s * v.y + c * v.z)
      case 1: return Vector3(x: c * v.x + s * v.z, y: v.y, z: -s * v.x + c * v.z)
      default: return Vector3(x: c * v.x - s * v.y, y: s * v.x + c * v.y, z: v.z)
      }
    }
    let (upright, posed) = (Equirectangular(), Posed(Equirectangular(), by: .pose(yaw: yaw, pitch: pitch, roll: roll)))
    for world in [Vector3.forward, Vector3(x: 1, y: 0.3, z: 0.2), Vector3(x: -0.4, y: 0.8, z: 0.9)] {
      let inPicture = rotate(rotate(rotate(world, -yaw, 1), -pitch, 0), -roll, 2)
      let expected = try #require(upright.point(towards: inPicture))
      let point = try #require(posed.point(towards: world))
      #expect(abs(point.x - expected.x) < 1e-12 && abs(point.y - expected.y) < 1e-12)
    }
  }

  @Test func `the default presets are the six sides, and home is the front`() {
    #expect(CameraPreset.defaults.map(\.name) == ["front", "right", "back", "left", "up", "down"])
    #expect(CameraPreset.defaults.map(\.number) == [0, 1, 2, 3, 4, 5])
    #expect(CameraPreset.defaults[0].view.orientation == .forward)
  }

  @Test func `geometries are equal by value`() {
    let size = VideoSize(width: 64, height: 32)
    let plain = SourceGeometry(size: size, layout: .nv12, projection: Equirectangular())
    let same = SourceGeometry(size: size, layout: .nv12, projection: Equirectangular())
    let posed = SourceGeometry(
      size: size, layout: .nv12, projection: Posed(Equirectangular(), by: .pose(yaw: 1, pitch: 0, roll: 0)))
    let flat = SourceGeometry(
      size: size, layout: .nv12, projection: Rectilinear(horizontalFieldOfView: .degrees(90), aspectRatio: 2))
    #expect(plain == same && plain.hashValue == same.hashValue)
    #expect(plain != posed && plain != flat)
  }
}
