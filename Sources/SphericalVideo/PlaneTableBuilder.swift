import CRemap
import Glibc
import Media

/// Fills the table of one plane.
///
/// Positions are computed exactly every 8 pixels and interpolated in between where the map is smooth enough; where it
/// is less so, in squares of 4 or 2 pixels with corners from a cubic; elsewhere, at seams, between faces and near poles,
/// every pixel exactly. How smooth it is, second differences of the coarse grid tell: bilinear interpolation over a side
/// of h is off by at most h²/8 · (|f_xx| + |f_yy|).
@safe struct PlaneTableBuilder: ~Copyable {
  /// How far, in source samples, an interpolated position may be from the exact one.
  static let tolerance = 1.0 / 24

  /// Output pixels between the exact positions of the coarse grid.
  private static let cell = Int(CREMAP_PADDING)

  private let map: PlaneMap
  private let order: TileOrder
  private let taps: UnsafeMutablePointer<UInt32>
  private let weights: UnsafeMutablePointer<UInt16>
  /// Which picture each entry is in; empty where there is one.
  private var pictures: [UInt8] = []
  private var overlays: [cremap_overlay] = []
  /// A tap near the last pixel that has some, for those that have none: a tile whose taps are near each other is faster.
  private var nearbyTap: UInt32 = 0
  private var scattered: [cremap_scattered_pixel] = []
  private var blank: [cremap_blank_pixel] = []

  /// Builds the table that takes an output plane from a source plane.
  init(_ map: PlaneMap) {
    self.map = map
    order = TileOrder(width: map.output.width, height: map.output.height)
    unsafe taps = .allocate(capacity: order.count)
    unsafe weights = .allocate(capacity: order.count)
    unsafe taps.initialize(repeating: 0, count: order.count)
    unsafe weights.initialize(repeating: 0, count: order.count)
    if map.faces.contains(where: { $0.picture > 0 }) { pictures = Array(repeating: 0, count: order.count) }
    let grid = CoarseGrid(output: map.output, cell: Self.cell, faces: map.faces, position: map.position)
    var points: [SIMD2<Double>] = []
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
          fill(x: x, y: y, side: side, corners: grid.corners(column: column, row: row))
        } else if side > 1 {
          subdivide(column: column, row: row, side: side, grid, &points)
        } else {
          place(x: x, y: y, side: Self.cell)
        }
      }
    }
    if let overlap = map.overlap { layOver(overlap) }
  }

  /// Hands the memory over, in the terms of C.
  consuming func finish() -> cremap_table {
    var table = unsafe cremap_table()
    unsafe table.width = Int32(order.width)
    unsafe table.height = Int32(order.height)
    let tiles = Int(cremap_tile_count(Int32(order.width), Int32(order.height)))
    if !pictures.isEmpty {
      let replaced = unsafe OverlayBuilder.replacements(
        order, tiles: tiles, pictures: pictures, taps: UnsafePointer(taps),
        weights: UnsafePointer(weights))
      overlays = replaced.overlays + overlays
      unsafe table.pictures = Self.copy(replaced.pictures)
    }
    unsafe table.overlays = Self.copy(overlays)
    unsafe table.overlay_count = overlays.count
    unsafe table.scattered = Self.copy(scattered)
    unsafe table.scattered_count = scattered.count
    unsafe table.blank = Self.copy(blank)
    unsafe table.blank_count = blank.count
    let source = map.source
    guard source.width > 1, source.height > 1 else {
      unsafe taps.deallocate()
      unsafe weights.deallocate()
      return unsafe table
    }
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
    column: Int, row: Int, side: Int, _ grid: CoarseGrid, _ points: inout [SIMD2<Double>]
  ) {
    let parts = Self.cell / side
    let face = grid.corners(column: column, row: row).face
    grid.refine(column: column, row: row, parts: parts, into: &points)
    for j in 0..<parts {
      for i in 0..<parts {
        let first = j * (parts + 1) + i
        let corners = Corners(
          topLeft: points[first], topRight: points[first + 1], bottomLeft: points[first + parts + 1],
          bottomRight: points[first + parts + 2], face: face)
        fill(x: column * Self.cell + i * side, y: row * Self.cell + j * side, side: side, corners: corners)
      }
    }
  }

  /// Interpolates inside a square, if none of it is beyond its face's border or below the output's.
  private mutating func fill(x: Int, y: Int, side: Int, corners: Corners) {
    let samples = map.faces[corners.face]
    let last = (x: samples.columns.upperBound, y: samples.rows.upperBound)
    guard samples.columns.count > 1, samples.rows.count > 1, y + side <= order.height, x < order.width,
      corners.areInside(samples)
    else { return place(x: x, y: y, side: side) }
    let entry = order.entry(x: x, y: y)
    unsafe cremap_fill(
      taps + entry, weights + entry, order.pitch(x: x), Int32(side), corners.topLeft.c, corners.topRight.c,
      corners.bottomLeft.c, corners.bottomRight.c, Int32(last.x), Int32(last.y))
    if samples.picture > 0 {
      for j in 0..<side {
        for i in 0..<min(side, order.pitch(x: x)) { pictures[entry + j * order.pitch(x: x) + i] = samples.picture }
      }
    }
  }

  /// Computes every pixel of a square exactly.
  private mutating func place(x: Int, y: Int, side: Int) {
    for j in y..<max(y, min(y + side, order.height)) {
      for i in x..<max(x, min(x + side, order.width)) {
        place(x: i, y: j, at: map.position(Double(i), Double(j)))
      }
    }
  }

  private mutating func place(x: Int, y: Int, at position: SourcePosition) {
    let entry = order.entry(x: x, y: y)
    guard position.face >= 0, position.x.isFinite, position.y.isFinite else {
      unsafe taps[entry] = nearbyTap
      blank.append(cremap_blank_pixel(x: UInt16(x), y: UInt16(y)))
      return
    }
    let samples = map.faces[position.face]
    let spot = SampleSpot(position, in: samples)
    let corners = spot.corners
    if samples.picture > 0 { pictures[entry] = samples.picture }
    if spot.isInside, corners.allSatisfy({ map.shows($0.column, $0.row, position.face) }) {
      unsafe taps[entry] = spot.tap
      unsafe weights[entry] = spot.weights
      nearbyTap = spot.tap
    } else {
      if samples.columns.count > 1, samples.rows.count > 1 {
        nearbyTap = SampleSpot(position, in: samples, clamped: true).tap
        unsafe taps[entry] = nearbyTap
      }
      let taps = corners.map { tap($0.column, $0.row, position.face) }
      scattered.append(
        cremap_scattered_pixel(
          x: UInt16(x), y: UInt16(y),
          columns: (taps[0].column, taps[1].column, taps[2].column, taps[3].column),
          rows: (taps[0].row, taps[1].row, taps[2].row, taps[3].row),
          pictures: (taps[0].picture, taps[1].picture, taps[2].picture, taps[3].picture), right: spot.right,
          down: spot.down))
    }
  }

  /// The sample that stands at a place which may be beyond its face's border: there it is the one that is seen in that
  /// direction, on whatever face; where nothing is seen, the outermost of its own.
  private func tap(_ column: Int, _ row: Int, _ face: Int) -> (column: UInt16, row: UInt16, picture: UInt8) {
    var (column, row, samples) = (column, row, map.faces[face])
    if !samples.contains(column, row) || !map.shows(column, row, face) {
      let position = map.beyond(column, row, face)
      if position.face >= 0, position.x.isFinite, position.y.isFinite {
        samples = map.faces[position.face]
        (column, row) = (Int(position.x.rounded()), Int(position.y.rounded()))
      }
    }
    column = max(samples.columns.lowerBound, min(column, samples.columns.upperBound))
    row = max(samples.rows.lowerBound, min(row, samples.rows.upperBound))
    return (UInt16(column), UInt16(row), samples.picture)
  }

  /// Lists what is seen at a second place.
  private mutating func layOver(_ overlap: (Double, Double) -> (position: SourcePosition, weight: Double)?) {
    // The grid tells where there is anything; what there is, is computed exactly.
    let grid = CoarseGrid(output: map.output, cell: Self.cell, faces: map.faces) {
      overlap($0, $1)?.position ?? .nothing
    }
    for row in 0..<grid.rows {
      for column in 0..<grid.columns where grid.showsAnything(column: column, row: row) {
        let x = column * Self.cell
        for y in row * Self.cell..<min((row + 1) * Self.cell, order.height) {
          var builder = OverlayBuilder(x: x, y: y)
          for i in 0..<min(Self.cell, order.width - x) {
            guard let second = overlap(Double(x + i), Double(y)), second.position.face >= 0 else { continue }
            let samples = map.faces[second.position.face]
            guard samples.columns.count > 1, samples.rows.count > 1 else { continue }
            let spot = SampleSpot(second.position, in: samples, clamped: true)
            builder.add(
              i, tap: spot.tap, weights: spot.weights, picture: samples.picture,
              alpha: UInt8(max(0, min(1, second.weight)) * Double(CREMAP_UNIT)))
          }
          overlays += builder.overlays
        }
      }
    }
  }
}

extension SIMD2<Double> {
  fileprivate var c: cremap_position { cremap_position(x: Float(x), y: Float(y)) }
}
