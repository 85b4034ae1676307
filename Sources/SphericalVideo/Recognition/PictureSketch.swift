import Media

/// A small copy of a picture, of averages: what a shape is recognized by.
public struct PictureSketch: Sendable {
  public let width: Int
  public let height: Int
  /// Y, Cb and Cr, 0…255, row by row.
  private var cells: [SIMD4<Float>]

  /// The longer side has so many cells at most.
  public static let maximumSide = 512

  /// - Parameter picture: at least one pixel.
  public init(_ picture: PlanarPicture) {
    let size = unsafe picture.size
    let scale = Double(Self.maximumSide) / Double(max(size.width, size.height, Self.maximumSide))
    width = max(1, min(size.width, Int((Double(size.width) * scale).rounded())))
    height = max(1, min(size.height, Int((Double(size.height) * scale).rounded())))
    cells = Array(repeating: .zero, count: width * height)
    let isPaired = unsafe picture.layout.isSemiPlanar
    unsafe fill(0, from: picture.luma, size, picture.layout)
    unsafe fill(1, from: picture.cb, picture.chromaSize, picture.layout, step: isPaired ? 2 : 1)
    unsafe fill(
      2, from: isPaired ? picture.cb : picture.cr, picture.chromaSize, picture.layout, step: isPaired ? 2 : 1,
      phase: isPaired ? 1 : 0)
  }

  /// - Parameters:
  ///   - step: Samples from one of the plane's to its next; it begins with the one at `phase`.
  private mutating func fill(
    _ lane: Int, from plane: PlanarPicture.Plane, _ size: VideoSize, _ layout: PlanarPicture.Layout, step: Int = 1,
    phase: Int = 0
  ) {
    for row in 0..<height {
      let rows = Self.range(row, of: height, in: size.height)
      for column in 0..<width {
        let columns = Self.range(column, of: width, in: size.width)
        cells[row * width + column][lane] = unsafe Self.average(plane, columns, rows, step, phase, layout)
      }
    }
  }

  /// Of values in place of a picture, for tests.
  public init(width: Int, height: Int, _ value: (_ x: Int, _ y: Int) -> SIMD4<Float>) {
    (self.width, self.height) = (width, height)
    cells = (0..<width * height).map { value($0 % width, $0 / width) }
  }

  private static func range(_ index: Int, of count: Int, in size: Int) -> Range<Int> {
    let start = min(size - 1, index * size / count)
    return start..<max(start + 1, min(size, (index + 1) * size / count))
  }

  /// Of sixteen samples at most: of a large picture's cell, some stand for all.
  private static func average(
    _ plane: PlanarPicture.Plane, _ columns: Range<Int>, _ rows: Range<Int>, _ step: Int, _ phase: Int,
    _ layout: PlanarPicture.Layout
  ) -> Float {
    var (sum, count) = (0, 0)
    for y in stride(from: rows.lowerBound, to: rows.upperBound, by: max(1, rows.count / 4)) {
      let row = unsafe plane.base + y * plane.stride
      for x in stride(from: columns.lowerBound, to: columns.upperBound, by: max(1, columns.count / 4)) {
        let index = x * step + phase
        switch layout {
        case .yuv420p, .nv12: sum += unsafe 4 * Int(row.load(fromByteOffset: index, as: UInt8.self))
        case .yuv420p10: sum += unsafe Int(row.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self) & 0x3FF)
        case .p010: sum += unsafe Int(row.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self) >> 6)
        }
        count += 1
      }
    }
    return Float(sum) / Float(4 * count)
  }

  public subscript(x: Int, y: Int) -> SIMD4<Float> { cells[y * width + x] }

  /// How much two values differ, all channels together.
  static func difference(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Float {
    let d = a - b
    return abs(d.x) + abs(d.y) + abs(d.z)
  }

  /// Between the cells' middles.
  func value(at point: ImagePoint) -> SIMD4<Float> {
    let x = max(0, min(Double(width - 1), point.x * Double(width) - 0.5))
    let y = max(0, min(Double(height - 1), point.y * Double(height) - 0.5))
    let (column, row) = (Int(x), Int(y))
    let (right, down) = (Float(x - Double(column)), Float(y - Double(row)))
    let (next, below) = (min(column + 1, width - 1), min(row + 1, height - 1))
    let top = self[column, row] * (1 - right) + self[next, row] * right
    let bottom = self[column, below] * (1 - right) + self[next, below] * right
    return top * (1 - down) + bottom * down
  }

  /// The same upright, of a stored picture that is to be turned so.
  public func turned(by turn: PictureTurn) -> PictureSketch {
    guard turn != .none else { return self }
    let size = turn.turned(VideoSize(width: width, height: height))
    return PictureSketch(width: size.width, height: size.height) { x, y in
      let place = turn.stored(
        x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
      return self[min(width - 1, Int(place.x * Double(width))), min(height - 1, Int(place.y * Double(height)))]
    }
  }

  /// A part of it.
  func part(_ columns: Range<Int>, _ rows: Range<Int>) -> PictureSketch {
    PictureSketch(width: columns.count, height: rows.count) { self[columns.lowerBound + $0, rows.lowerBound + $1] }
  }
}
