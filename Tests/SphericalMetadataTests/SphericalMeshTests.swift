import FuzzEntries
import SansIO
import SphericalMetadata
import Testing

@Suite struct SphericalMeshTests {
  /// Bits, the highest first.
  struct BitWriter {
    var bytes: [UInt8] = []
    private var count = 0

    mutating func write(_ value: UInt32, _ bits: Int) {
      for bit in (0..<bits).reversed() {
        if count % 8 == 0 { bytes.append(0) }
        bytes[count / 8] |= UInt8(value >> UInt32(bit) & 1) << UInt8(7 - count % 8)
        count += 1
      }
    }

    mutating func align() { count = (count + 7) / 8 * 8 }
  }

  /// A square straight ahead as a strip, its corners listed by differences.
  static func square(kind: UInt32 = 1, indices: [Int32] = [0, 1, 2, 3]) -> [UInt8] {
    var writer = BitWriter()
    let coordinates: [Float] = [-1, 1, 0]
    writer.write(3, 32)
    for value in coordinates { writer.write(value.bitPattern, 32) }
    // x, y, z, u and v as places in the list above: lower left, lower right, upper left, upper right.
    let corners: [[Int32]] = [[0, 0, 0, 2, 2], [1, 0, 0, 1, 2], [0, 1, 0, 2, 1], [1, 1, 0, 1, 1]]
    func delta(_ value: Int32, _ bits: Int) { writer.write(UInt32(bitPattern: value << 1 ^ value >> 31), bits) }
    writer.write(UInt32(corners.count), 32)
    var last: [Int32] = [0, 0, 0, 0, 0]
    for corner in corners {
      for lane in 0..<5 { delta(corner[lane] - last[lane], 3) }
      last = corner
    }
    writer.align()
    writer.write(1, 32)
    writer.write(0, 8)
    writer.write(kind, 8)
    writer.write(UInt32(indices.count), 32)
    var index: Int32 = 0
    for next in indices {
      delta(next - index, 3)
      index = next
    }
    writer.align()
    return SphericalBoxesTests.box("mesh", writer.bytes)
  }

  @Test(arguments: [(1, [0, 1, 2, 3], 2), (0, [0, 1, 2, 1, 3, 2], 2), (2, [0, 1, 3, 2], 2), (0, [0, 1], 0)])
  func `triangles, strips and fans are read`(kind: UInt32, indices: [Int32], count: Int) throws {
    let bytes = Self.square(kind: kind, indices: indices)
    guard count > 0 else {
      #expect(throws: SphericalMesh.Invalid(description: "its mesh has no triangles")) {
        try SphericalMesh.parse(bytes)
      }
      return
    }
    let mesh = try #require(try SphericalMesh.parse(bytes).first)
    #expect(mesh.triangles.count == count && mesh.vertices.count == 4)
    // Places are counted from the top here.
    #expect(mesh.vertices[0] == .init(x: -1, y: -1, z: -1, u: 0, v: 1))
    #expect(mesh.vertices[3] == .init(x: 1, y: 1, z: -1, u: 1, v: 0))
  }

  @Test func `a mesh that breaks off, or claims more than it has, is none`() {
    let whole = Self.square()
    for count in whole.indices {
      #expect(throws: SphericalMesh.Invalid.self) { try SphericalMesh.parse(Array(whole.prefix(count))) }
    }
    var claims = whole
    claims[8] = 0x7F
    #expect(throws: SphericalMesh.Invalid.self) { try SphericalMesh.parse(claims) }
    #expect(throws: SphericalMesh.Invalid.self) { try SphericalMesh.parse(Self.square(indices: [0, 1, 2, -1])) }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `survives damage at random places, seed`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let whole = Self.square()
    for _ in 0..<5000 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      damaged.withUnsafeBytes { fuzzMesh($0) }
    }
  }
}
