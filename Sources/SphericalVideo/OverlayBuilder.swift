import CRemap

/// Gathers what is laid over eight output pixels in a row: a list entry for each picture that it comes from.
struct OverlayBuilder {
  private let x: Int
  private let y: Int
  private var first: Row?
  private var second: Row?

  private struct Row {
    var alpha = SIMD8<UInt8>.zero
    var weights = SIMD8<UInt16>.zero
    /// Where nothing is laid over, any tap that there is.
    var taps: SIMD8<UInt32>
  }

  init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }

  /// - Parameters:
  ///   - index: Which of the eight.
  ///   - alpha: How much of it is seen, of `CREMAP_UNIT`.
  mutating func add(_ index: Int, tap: UInt32, weights: UInt16, picture: UInt8, alpha: UInt8) {
    guard alpha > 0 else { return }
    var row = (picture == 0 ? first : second) ?? Row(taps: SIMD8(repeating: tap))
    row.alpha[index] = alpha
    row.weights[index] = weights
    row.taps[index] = tap
    if picture == 0 { first = row } else { second = row }
  }

  var overlays: [cremap_overlay] {
    [(first, UInt8(0)), (second, 1)].compactMap { row, picture in
      guard let row else { return nil }
      var overlay = cremap_overlay()
      (overlay.x, overlay.y, overlay.picture) = (UInt16(x), UInt16(y), picture)
      unsafe withUnsafeMutableBytes(of: &overlay.alpha) { unsafe $0.storeBytes(of: row.alpha, as: SIMD8<UInt8>.self) }
      unsafe withUnsafeMutableBytes(of: &overlay.weights) {
        unsafe $0.storeBytes(of: row.weights, as: SIMD8<UInt16>.self)
      }
      unsafe withUnsafeMutableBytes(of: &overlay.taps) { unsafe $0.storeBytes(of: row.taps, as: SIMD8<UInt32>.self) }
      return overlay
    }
  }

  /// Which picture each tile is read from, the one that most of it is in; what is in the other one is laid over.
  static func replacements(
    _ order: TileOrder, tiles: Int, pictures: [UInt8], taps: UnsafePointer<UInt32>, weights: UnsafePointer<UInt16>
  ) -> (pictures: [UInt8], overlays: [cremap_overlay]) {
    var chosen: [UInt8] = []
    var overlays: [cremap_overlay] = []
    chosen.reserveCapacity(tiles)
    let (tileWidth, tileHeight, group) = (Int(CREMAP_TILE_WIDTH), Int(CREMAP_TILE_HEIGHT), Int(CREMAP_PADDING))
    for top in stride(from: 0, to: order.height, by: tileHeight) {
      for left in stride(from: 0, to: order.width, by: tileWidth) {
        let (width, height) = (min(tileWidth, order.width - left), min(tileHeight, order.height - top))
        let start = order.entry(x: left, y: top)
        let tile = pictures[start..<start + order.pitch(x: left) * height]
        let picture: UInt8 = 2 * tile.reduce(0) { $0 + Int($1) } > tile.count ? 1 : 0
        chosen.append(picture)
        guard tile.contains(1 - picture) else { continue }
        for y in top..<top + height {
          for x in stride(from: left, to: left + width, by: group) {
            var builder = OverlayBuilder(x: x, y: y)
            for i in 0..<min(group, left + width - x) {
              let entry = order.entry(x: x + i, y: y)
              guard pictures[entry] != picture else { continue }
              unsafe builder.add(
                i, tap: taps[entry], weights: weights[entry], picture: 1 - picture, alpha: UInt8(CREMAP_UNIT))
            }
            overlays += builder.overlays
          }
        }
      }
    }
    return (chosen, overlays)
  }
}
