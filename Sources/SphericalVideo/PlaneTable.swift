import CRemap
import Glibc
import Media

/// Where each sample of one output plane comes from: what the kernels of `CRemap` read.
///
/// `@unchecked Sendable`: the memory is written by the builder that `init` is given, and never again.
@safe final class PlaneTable: @unchecked Sendable {
  /// The table in the terms of C, valid as long as the object lives.
  private let table: cremap_table

  init(_ builder: consuming PlaneTableBuilder) {
    unsafe table = builder.finish()
  }

  deinit {
    unsafe table.taps?.deallocate()
    unsafe table.weights?.deallocate()
    unsafe table.is_near?.deallocate()
    unsafe table.pictures?.deallocate()
    unsafe table.overlays?.deallocate()
    unsafe free(UnsafeMutableRawPointer(mutating: table.groups))
    unsafe table.scattered?.deallocate()
    unsafe table.blank?.deallocate()
  }

  /// Calls `body` with the table.
  func withTable<Result>(_ body: (UnsafePointer<cremap_table>) -> Result) -> Result {
    unsafe withUnsafePointer(to: table) { unsafe body($0) }
  }

  /// Where every sample is taken from, row by row, in source samples: the way back from the table, for whoever checks
  /// it. Nil where it is in a list of its own.
  var positions: [ImagePoint?] {
    let order = unsafe TileOrder(width: Int(table.width), height: Int(table.height))
    var positions = [ImagePoint?](repeating: nil, count: order.width * order.height)
    guard let taps = unsafe table.taps, let weights = unsafe table.weights else { return positions }
    for y in 0..<order.height {
      for x in 0..<order.width {
        let entry = order.entry(x: x, y: y)
        let (tap, weight) = unsafe (taps[entry], weights[entry])
        positions[y * order.width + x] = ImagePoint(
          x: Double(tap & 0xFFFF) + Double(weight & 0xFF) / Double(CREMAP_UNIT),
          y: Double(tap >> 16) + Double(weight >> 8) / Double(CREMAP_UNIT))
      }
    }
    let (scatteredCount, blankCount) = unsafe (table.scattered_count, table.blank_count)
    for i in 0..<scatteredCount {
      guard let pixel = unsafe table.scattered?[i] else { break }
      positions[Int(pixel.y) * order.width + Int(pixel.x)] = nil
    }
    for i in 0..<blankCount {
      guard let pixel = unsafe table.blank?[i] else { break }
      positions[Int(pixel.y) * order.width + Int(pixel.x)] = nil
    }
    return positions
  }
}

/// The order of a table's entries: tile by tile, rows padded.
struct TileOrder {
  let width: Int
  let height: Int

  static func padded(_ width: Int) -> Int {
    (width + Int(CREMAP_PADDING) - 1) / Int(CREMAP_PADDING) * Int(CREMAP_PADDING)
  }

  var count: Int { Self.padded(width) * height }

  /// Entries from a row to the next in the tile of column `x`.
  func pitch(x: Int) -> Int {
    let tile = Int(CREMAP_TILE_WIDTH)
    return Self.padded(min(tile, width - x / tile * tile))
  }

  func entry(x: Int, y: Int) -> Int {
    let (tileWidth, tileHeight) = (Int(CREMAP_TILE_WIDTH), Int(CREMAP_TILE_HEIGHT))
    let top = y / tileHeight * tileHeight
    let left = x / tileWidth * tileWidth
    let rows = min(tileHeight, height - top)
    return top * Self.padded(width) + left * rows + (y - top) * pitch(x: x) + x - left
  }
}
