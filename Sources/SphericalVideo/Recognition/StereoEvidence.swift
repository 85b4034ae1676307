/// How alike two halves of a picture are, as the pictures for two eyes: block by block, each a little to the side.
struct StereoEvidence {
  /// Of the blocks that have something in them, how alike the middle one is: −1…1; 0 when there are too few.
  let likeness: Float

  private static let block = 24
  private static let maximumShift = 10

  init(_ one: PictureSketch, _ other: PictureSketch) {
    let (width, height) = (min(one.width, other.width), min(one.height, other.height))
    let (a, b) = (Self.details(of: one, width, height), Self.details(of: other, width, height))
    var found: [Float] = []
    for top in stride(from: 0, through: height - Self.block, by: Self.block) {
      for left in stride(from: 0, through: width - Self.block, by: Self.block) {
        var best: Float = -1
        var hasContent = false
        for shift in -Self.maximumShift...Self.maximumShift
        where left + shift >= 0 && left + shift + Self.block <= width {
          guard let value = Self.correlation(a, b, width, left: left, top: top, shift: shift) else { continue }
          hasContent = true
          best = max(best, value)
        }
        guard hasContent else { continue }
        // The two see the same colours, one of them a little darker perhaps.
        let (mine, its) = (one.mean(left, top, Self.block), other.mean(left, top, Self.block))
        let difference = mine - its
        let saturation = abs(mine.y - 128) + abs(mine.z - 128)
        let isSameColour =
          abs(difference.y) + abs(difference.z) < 14 + saturation * 0.35 && abs(difference.x) < 40
        found.append(isSameColour ? best : 0)
      }
    }
    // No camera has two lenses in one place: what is the same to the last cell is one picture that repeats itself.
    likeness = found.count >= 6 && !one.isSame(as: other) ? found.sorted()[found.count / 2] : 0
  }

  /// What of luma differs between a few cells and more of them.
  private static func details(of sketch: PictureSketch, _ width: Int, _ height: Int) -> [Float] {
    let luma = (0..<width * height).map { sketch[$0 % width, $0 / width].x }
    let (fine, coarse) = (smoothed(luma, width, height, 1), smoothed(luma, width, height, 6))
    return zip(fine, coarse).map { $0 - $1 }
  }

  /// The mean of a square of 2 · `reach` + 1 cells around each.
  private static func smoothed(_ cells: [Float], _ width: Int, _ height: Int, _ reach: Int) -> [Float] {
    func along(_ cells: [Float], _ length: Int, _ step: Int, _ lines: Int, _ lineStep: Int) -> [Float] {
      var result = cells
      for line in 0..<lines {
        var sums: [Float] = [0]
        for index in 0..<length { sums.append(sums[index] + cells[line * lineStep + index * step]) }
        for index in 0..<length {
          let (first, last) = (max(0, index - reach), min(length, index + reach + 1))
          result[line * lineStep + index * step] = (sums[last] - sums[first]) / Float(last - first)
        }
      }
      return result
    }
    return along(along(cells, width, 1, height, width), height, width, width, 1)
  }

  /// Of two blocks, one of them shifted; nil where one is empty.
  private static func correlation(
    _ a: [Float], _ b: [Float], _ width: Int, left: Int, top: Int, shift: Int
  ) -> Float? {
    var (sum, squaresOfA, squaresOfB): (Float, Float, Float) = (0, 0, 0)
    for y in top..<top + block {
      for x in left..<left + block {
        let (p, q) = (a[y * width + x], b[y * width + x + shift])
        sum += p * q
        squaresOfA += p * p
        squaresOfB += q * q
      }
    }
    let least = Float(block * block) * 4
    guard squaresOfA > least, squaresOfB > least / 4 else { return nil }
    return sum / (squaresOfA * squaresOfB).squareRoot()
  }
}

extension PictureSketch {
  fileprivate func isSame(as other: PictureSketch) -> Bool {
    guard (width, height) == (other.width, other.height) else { return false }
    var sum: Float = 0
    for y in 0..<height { for x in 0..<width { sum += abs(self[x, y].x - other[x, y].x) } }
    return sum < Float(width * height) * 0.2
  }

  fileprivate func mean(_ left: Int, _ top: Int, _ side: Int) -> SIMD4<Float> {
    var sum = SIMD4<Float>.zero
    for y in top..<top + side { for x in left..<left + side { sum += self[x, y] } }
    return sum / Float(side * side)
  }
}
