/// Triangles that say which place of a picture is seen in which direction (Spherical Video V2, "Mesh Projection Box").
///
/// One mesh is for both eyes; of two, the first is the left eye's.
public struct SphericalMesh: Hashable, Sendable {
  /// A corner: a direction, x to the right, y up, −z forward; and a place in the picture, from 0 to 1 to the right and
  /// down.
  public struct Vertex: Hashable, Sendable {
    public var x, y, z: Float
    public var u, v: Float

    public init(x: Float, y: Float, z: Float, u: Float, v: Float) {
      (self.x, self.y, self.z, self.u, self.v) = (x, y, z, u, v)
    }
  }

  public var vertices: [Vertex]
  /// Three indices of `vertices` each.
  public var triangles: [SIMD3<UInt32>]

  public init(vertices: [Vertex], triangles: [SIMD3<UInt32>]) {
    self.vertices = vertices
    self.triangles = triangles
  }

  /// What is wrong with a mesh, in a sentence.
  public struct Invalid: Error, Hashable, CustomStringConvertible {
    public var description: String

    public init(description: String) { self.description = description }
  }

  /// The box as it is stored: perhaps packed.
  public struct Stored: Hashable, Sendable {
    public var isDeflated: Bool
    public var bytes: [UInt8]
  }

  /// What is larger than this, unpacked, is no mesh.
  public static let maximumBytes = 8 << 20
  /// A hundred times what cameras write.
  public static let maximumTriangles = 200_000

  /// The meshes in the unpacked contents of an `mshp` box.
  public static func parse(_ bytes: [UInt8]) throws(Invalid) -> [SphericalMesh] {
    var meshes: [SphericalMesh] = []
    let span = unsafe bytes.span.bytes
    var boxes = BoxIterator(0..<span.byteCount)
    do throws(SphericalBoxes.Failure) {
      while let box = try boxes.next(in: span), meshes.count < 2 {
        guard box.type == "mesh" else { continue }
        var reader = MeshReader(bytes, box.contents)
        meshes.append(try reader.mesh())
      }
    } catch {
      throw Invalid(description: "its mesh breaks off")
    }
    meshes.removeAll { $0.triangles.isEmpty }
    guard !meshes.isEmpty else { throw Invalid(description: "its mesh has no triangles") }
    return meshes
  }
}

/// Reads one `mesh` box.
private struct MeshReader {
  private let bytes: [UInt8]
  private let range: Range<Int>
  /// In bits from the start of `range`.
  private var position = 0

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  private var end: Int { range.count * 8 }

  mutating func mesh() throws(SphericalBoxes.Failure) -> SphericalMesh {
    // Each has bits of its own: what claims to have more breaks off.
    let coordinateCount = try count(bitsEach: 32)
    var coordinates: [Float] = []
    for _ in 0..<coordinateCount { coordinates.append(Float(bitPattern: UInt32(try bits(32)))) }
    let indexBits = Self.bits(for: coordinateCount)
    let vertexCount = try count(bitsEach: max(1, 5 * indexBits))
    var vertices: [SphericalMesh.Vertex] = []
    var indices = SIMD8<Int32>.zero
    for _ in 0..<vertexCount {
      var values = SIMD8<Float>.zero
      for lane in 0..<5 {
        indices[lane] &+= try delta(indexBits)
        guard coordinates.indices.contains(Int(indices[lane])) else { throw failure }
        values[lane] = coordinates[Int(indices[lane])]
      }
      // The picture's place is counted from its lower left corner.
      vertices.append(.init(x: values[0], y: values[1], z: values[2], u: values[3], v: 1 - values[4]))
    }
    align()
    var triangles: [SIMD3<UInt32>] = []
    let listBits = Self.bits(for: vertexCount)
    for _ in 0..<(try count(bitsEach: 48)) {
      _ = try bits(8)
      let kind = try bits(8)
      try list(kind: kind, bits: listBits, vertices: vertices, into: &triangles)
      align()
    }
    return SphericalMesh(vertices: vertices, triangles: triangles)
  }

  /// Triangles, a strip of them, or a fan.
  private mutating func list(
    kind: Int, bits: Int, vertices: [SphericalMesh.Vertex], into triangles: inout [SIMD3<UInt32>]
  ) throws(SphericalBoxes.Failure) {
    let indexCount = try count(bitsEach: max(1, bits))
    var index: Int32 = 0
    var corners: [UInt32] = []
    for number in 0..<indexCount {
      index &+= try delta(bits)
      guard vertices.indices.contains(Int(index)) else { throw failure }
      corners.append(UInt32(index))
      guard triangles.count < SphericalMesh.maximumTriangles else { throw failure }
      guard number >= 2, kind != 0 || number % 3 == 2 else { continue }
      let triangle = SIMD3(kind == 2 ? corners[0] : corners[number - 2], corners[number - 1], corners[number])
      let isFlat = triangle.x == triangle.y || triangle.y == triangle.z || triangle.x == triangle.z
      if !isFlat, [triangle.x, triangle.y, triangle.z].allSatisfy({ vertices[Int($0)].isUsable }) {
        triangles.append(triangle)
      }
    }
  }

  /// How many of something follow, for which there must be room.
  private mutating func count(bitsEach: Int) throws(SphericalBoxes.Failure) -> Int {
    let count = try bits(32) & 0x7FFF_FFFF
    guard count <= (end - position) / bitsEach else { throw failure }
    return count
  }

  private static func bits(for count: Int) -> Int { count > 0 ? Int.bitWidth - (2 * count - 1).leadingZeroBitCount : 0 }

  /// A difference, its sign in the lowest bit.
  private mutating func delta(_ count: Int) throws(SphericalBoxes.Failure) -> Int32 {
    let value = UInt32(try bits(count))
    return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
  }

  private mutating func bits(_ count: Int) throws(SphericalBoxes.Failure) -> Int {
    guard count <= end - position else { throw failure }
    var value = 0
    for _ in 0..<count {
      let byte = bytes[range.lowerBound + position / 8]
      value = value << 1 | Int(byte >> UInt8(7 - position % 8) & 1)
      position += 1
    }
    return value
  }

  private mutating func align() { position = (position + 7) / 8 * 8 }

  private var failure: SphericalBoxes.Failure {
    SphericalBoxes.Failure(reason: .truncated, offset: range.lowerBound + position / 8)
  }
}

extension SphericalMesh.Vertex {
  /// Whether all of it are numbers, and it lies in some direction.
  fileprivate var isUsable: Bool {
    let length = x * x + y * y + z * z
    return length > 1e-12 && length < 1e12 && u.magnitude < 16 && v.magnitude < 16
  }
}
