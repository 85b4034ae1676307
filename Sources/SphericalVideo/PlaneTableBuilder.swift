import CRemap
import Glibc
import Media

/// Fills the table of one plane.
///
/// Positions are computed exactly every 8 pixels and interpolated in between where the map is smooth enough; where it
/// is less so, in squares of 4 or 2 pixels with corners from a cubic; elsewhere, at seams and near poles, every pixel
/// exactly. How smooth it is, second differences of the coarse grid tell: bilinear interpolation over a side of h is
/// off by at most h²/8 · (|f_xx| + |f_yy|).
@safe struct PlaneTableBuilder: ~Copyable {
  /// How far, in source samples, an interpolated position may be from the exact one.
  static let tolerance = 1.0 / 24

  /// Output pixels between the exact positions of the coarse grid.
  private static let cell = 8

  private let source: VideoSize
  private let edges: ImageEdges
  private let order: TileOrder
  private let taps: UnsafeMutablePointer<UInt32>
  private let weights: UnsafeMutablePointer<UInt16>
  private var scattered: [cremap_scattered_pixel] = []
  private var blank: [cremap_blank_pixel] = []

  /// Builds the table that takes an output plane from a source plane.
  ///
  /// - Parameters:
  ///   - source: The size of the source plane, in samples; `output` likewise.
  ///   - edges: What lies beyond the source's edges.
  ///   - turn: How many samples a turn around the source has, if its edges meet: its width, or half a sample less.
  ///   - position: Where an output pixel, in pixels with centres at whole numbers, is in the source plane, in the same
  ///     terms; not a number where nothing is. It is asked for pixels a little outside of the plane, too.
  init(
    source: VideoSize, output: VideoSize, edges: ImageEdges, turn: Double, position: (Double, Double) -> ImagePoint
  ) {
    self.source = source
    self.edges = edges
    order = TileOrder(width: output.width, height: output.height)
    unsafe taps = .allocate(capacity: order.count)
    unsafe weights = .allocate(capacity: order.count)
    unsafe taps.initialize(repeating: 0, count: order.count)
    unsafe weights.initialize(repeating: 0, count: order.count)
    let grid = CoarseGrid(
      output: output, cell: Self.cell, turn: edges == .spherical ? turn : nil, position: position)
    var points: [ImagePoint] = []
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let (x, y) = (column * Self.cell, row * Self.cell)
        var side = Self.cell
        var error = grid.error(column: column, row: row)
        while side > 1, !(error <= Self.tolerance) {
          side /= 2
          error /= 4
        }
        if side == Self.cell {
          fill(x: x, y: y, side: side, corners: grid.corners(column: column, row: row), position)
        } else if side > 1 {
          subdivide(column: column, row: row, side: side, grid, &points, position)
        } else {
          place(x: x, y: y, side: Self.cell, position)
        }
      }
    }
  }

  /// Hands the memory over, in the terms of C.
  consuming func finish() -> cremap_table {
    var table = unsafe cremap_table()
    unsafe table.width = Int32(order.width)
    unsafe table.height = Int32(order.height)
    unsafe table.scattered = Self.copy(scattered)
    unsafe table.scattered_count = scattered.count
    unsafe table.blank = Self.copy(blank)
    unsafe table.blank_count = blank.count
    guard source.width > 1, source.height > 1 else {
      unsafe taps.deallocate()
      unsafe weights.deallocate()
      return unsafe table
    }
    let tiles = Int(cremap_tile_count(Int32(order.width), Int32(order.height)))
    let near = UnsafeMutablePointer<UInt8>.allocate(capacity: tiles)
    unsafe near.initialize(repeating: 0, count: tiles)
    // From calloc, so that what stays zero takes no memory.
    let groupCount = order.count / Int(CREMAP_PADDING)
    guard let memory = unsafe calloc(groupCount, MemoryLayout<cremap_group>.stride) else { fatalError("out of memory") }
    let groups = unsafe memory.assumingMemoryBound(to: cremap_group.self)
    unsafe table.is_near = UnsafePointer(near)
    unsafe table.groups = UnsafePointer(groups)
    unsafe cremap_prepare_groups(
      near, groups, taps, weights, Int32(order.width), Int32(order.height), Int32(source.width), Int32(source.height))
    unsafe table.taps = UnsafePointer(taps)
    unsafe table.weights = UnsafePointer(weights)
    return unsafe table
  }

  private static func copy<Element>(_ list: [Element]) -> UnsafePointer<Element> {
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: max(1, list.count))
    for (i, element) in list.enumerated() { unsafe (copy + i).initialize(to: element) }
    return unsafe UnsafePointer(copy)
  }

  /// A cell that is filled in smaller squares.
  private mutating func subdivide(
    column: Int, row: Int, side: Int, _ grid: CoarseGrid, _ points: inout [ImagePoint],
    _ position: (Double, Double) -> ImagePoint
  ) {
    let parts = Self.cell / side
    grid.refine(column: column, row: row, parts: parts, into: &points)
    for j in 0..<parts {
      for i in 0..<parts {
        let first = j * (parts + 1) + i
        let corners = Corners(points[first], points[first + 1], points[first + parts + 1], points[first + parts + 2])
        fill(x: column * Self.cell + i * side, y: row * Self.cell + j * side, side: side, corners: corners, position)
      }
    }
  }

  /// Interpolates inside a square, if none of it is beyond the source's edges or below the output's.
  private mutating func fill(
    x: Int, y: Int, side: Int, corners: Corners, _ position: (Double, Double) -> ImagePoint
  ) {
    let last = (x: source.width - 1, y: source.height - 1)
    guard last.x > 0, last.y > 0, y + side <= order.height, x < order.width, corners.areInside(last.x, last.y) else {
      return place(x: x, y: y, side: side, position)
    }
    let entry = order.entry(x: x, y: y)
    unsafe cremap_fill(
      taps + entry, weights + entry, order.pitch(x: x), Int32(side), corners.topLeft.c, corners.topRight.c,
      corners.bottomLeft.c, corners.bottomRight.c, Int32(last.x), Int32(last.y))
  }

  /// Computes every pixel of a square exactly.
  private mutating func place(x: Int, y: Int, side: Int, _ position: (Double, Double) -> ImagePoint) {
    for j in y..<max(y, min(y + side, order.height)) {
      for i in x..<max(x, min(x + side, order.width)) {
        place(x: i, y: j, at: position(Double(i), Double(j)))
      }
    }
  }

  private mutating func place(x: Int, y: Int, at point: ImagePoint) {
    guard point.x.isFinite, point.y.isFinite else {
      blank.append(cremap_blank_pixel(x: UInt16(x), y: UInt16(y)))
      return
    }
    let unit = Int(CREMAP_UNIT)
    var u = Int((point.x * Double(unit)).rounded())
    var v = Int((point.y * Double(unit)).rounded())
    if edges == .clamped {
      u = max(0, min(u, (source.width - 1) * unit))
      v = max(0, min(v, (source.height - 1) * unit))
    }
    // Shifts round down, also below zero; the last sample is the second tap of the one before it.
    var (column, row) = (u >> 7, v >> 7)
    if column == source.width - 1, u == column * unit { column -= 1 }
    if row == source.height - 1, v == row * unit { row -= 1 }
    let (right, down) = (UInt8(u - column * unit), UInt8(v - row * unit))
    if column >= 0, column + 1 < source.width, row >= 0, row + 1 < source.height {
      let entry = order.entry(x: x, y: y)
      unsafe taps[entry] = UInt32(column) | UInt32(row) << 16
      unsafe weights[entry] = UInt16(right) | UInt16(down) << 8
    } else {
      let (a, b) = (tap(column, row), tap(column + 1, row))
      let (c, d) = (tap(column, row + 1), tap(column + 1, row + 1))
      scattered.append(
        cremap_scattered_pixel(
          x: UInt16(x), y: UInt16(y), columns: (a.column, b.column, c.column, d.column), rows: (a.row, c.row),
          right: right, down: down))
    }
  }

  /// The sample that stands at a place which may be beyond the edges.
  private func tap(_ column: Int, _ row: Int) -> (column: UInt16, row: UInt16) {
    var (column, row) = (column, row)
    switch edges {
    case .clamped:
      column = max(0, min(column, source.width - 1))
    case .spherical:
      if row < 0 || row >= source.height { column += source.width / 2 }
      column = (column % source.width + source.width) % source.width
    case .sphericalOnItsSide:
      if column < 0 || column >= source.width { row += source.height / 2 }
      row = (row % source.height + source.height) % source.height
      column = max(0, min(column, source.width - 1))
    }
    row = max(0, min(row, source.height - 1))
    return (UInt16(column), UInt16(row))
  }
}

extension ImagePoint {
  fileprivate var c: cremap_position { cremap_position(x: Float(x), y: Float(y)) }
}
