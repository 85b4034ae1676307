import Media
import SansIO
import SphericalVideo
import Testing

@Suite struct MeshTests {
  /// A half panorama as triangles, so many each way.
  static func half(_ count: Int) -> Mesh {
    let panorama = Equirectangular(bounds: .half)
    func corner(_ column: Int, _ row: Int) -> Mesh.Corner {
      let point = ImagePoint(x: Double(column) / Double(count), y: Double(row) / Double(count))
      return .init(direction: panorama.direction(of: point)!, point: point)
    }
    return Mesh(
      (0..<count * count).flatMap { index in
        let (column, row) = (index % count, index / count)
        let (a, b) = (corner(column, row), corner(column + 1, row))
        let (c, d) = (corner(column, row + 1), corner(column + 1, row + 1))
        return [Mesh.Triangle(a, b, c), .init(b, d, c)]
      })
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a fine mesh is what it was made of, and nothing is seen beyond it`(seed: UInt64) throws {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let (mesh, panorama) = (Self.half(40), Equirectangular(bounds: .half))
    for _ in 0..<500 {
      let point = ImagePoint(x: .random(in: 0.01...0.99, using: &random), y: .random(in: 0.05...0.95, using: &random))
      let direction = try #require(panorama.direction(of: point))
      let found = try #require(mesh.point(towards: direction))
      #expect(try #require(panorama.direction(of: found)).dot(direction) > 0.99995)
      let back = try #require(mesh.direction(of: found))
      #expect(back.dot(direction) > 0.99999)
    }
    #expect(mesh.point(towards: Vector3(x: 0.2, y: 0.1, z: 1)) == nil)
    #expect(mesh.point(towards: Vector3(x: 0, y: 0, z: -1)) != nil)
  }
}
