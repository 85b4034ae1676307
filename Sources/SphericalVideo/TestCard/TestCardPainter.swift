import Media

/// Paints the card's still part: colour by colour over each other, with edges smoothed by their distance.
///
/// R'G'B' of 0–255 all the way; the last step makes BT.709 Y'CbCr of limited range.
struct TestCardPainter {
  private static let white = SIMD4<Float>(255, 255, 255, 0)
  private static let black = SIMD4<Float>.zero
  private static let night = SIMD4<Float>(9, 12, 22, 0)

  /// How far the shadow of the panel under the bars reaches.
  private static let panelShadow: Float = 0.06

  private let size: VideoSize
  private let sphere: SphereScan
  private let graticule: Graticule
  private let texts: [[PlacedText]]
  private let tile = RoundedRectangle(middle: 0, halfWidth: 0.945, halfHeight: 0.945, radius: 0.14)
  private let panel = RoundedRectangle(
    middle: (FrameNumberBars.top + FrameNumberBars.bottom) / 2,
    halfWidth: (FrameNumberBars.right - FrameNumberBars.left) / 2 + 0.028,
    halfHeight: (FrameNumberBars.bottom - FrameNumberBars.top) / 2 + 0.028, radius: 0.025)

  init(size: VideoSize) {
    self.size = size
    sphere = SphereScan(size: size)
    graticule = Graticule(size: size)
    texts = CubeFace.allCases.map { face in
      [
        // Within 29° of the middle: a window of 90° in 16:9 shows no more.
        PlacedText(String(face.name.prefix(1)), x: 0, top: -0.47, height: 0.36, stroke: 0.036, halo: 0.05),
        PlacedText(face.name, x: 0, top: 0.35, height: 0.085, stroke: 0.0095, halo: 0.02, spacing: 0.55),
        PlacedText(face.caption, x: 0, top: 0.482, height: 0.036, stroke: 0.0038, halo: 0.012, spacing: 0.45),
        PlacedText("CUPOLA", x: 0, top: -0.735, height: 0.04, stroke: 0.0045, halo: 0.012, spacing: 1.0),
      ]
    }
  }

  func paint(into picture: PlanarPicture) {
    // Chroma of a row of pixels, summed over two rows and two columns.
    let chromaWidth = (size.width + 1) / 2
    var chroma = [SIMD2<Float>](repeating: .zero, count: chromaWidth)
    for row in 0..<size.height {
      let luma = unsafe picture.luma.base + row * picture.luma.stride
      // Towards the poles a panorama shows the same thing several times side by side: one look does for all.
      let repeats = sphere.rows[row].cosine > 0.45 ? 1 : sphere.rows[row].cosine > 0.2 ? 2 : 4
      for first in stride(from: 0, to: size.width, by: repeats) {
        let colour = self.colour(column: min(first + repeats / 2, size.width - 1), row: row)
        let y = 0.2126 * colour.x + 0.7152 * colour.y + 0.0722 * colour.z
        let difference = SIMD2((colour.z - y) / 1.8556, (colour.x - y) / 1.5748)
        for column in first..<min(first + repeats, size.width) {
          unsafe luma.storeBytes(of: UInt8(16.5 + y * (219 / 255)), toByteOffset: column, as: UInt8.self)
          chroma[column >> 1] += difference
        }
      }
      guard row & 1 == 1 || row == size.height - 1 else { continue }
      let rowsSummed: Float = row & 1 == 1 ? 2 : 1
      let cb = unsafe picture.cb.base + row / 2 * picture.cb.stride
      let cr = unsafe picture.cr.base + row / 2 * picture.cr.stride
      for column in 0..<chromaWidth {
        let columnsSummed: Float = 2 * column + 1 < size.width ? 2 : 1
        let mean = chroma[column] * (224 / 255 / (rowsSummed * columnsSummed)) + 128.5
        unsafe cb.storeBytes(of: UInt8(mean.x), toByteOffset: column, as: UInt8.self)
        unsafe cr.storeBytes(of: UInt8(mean.y), toByteOffset: column, as: UInt8.self)
        chroma[column] = .zero
      }
    }
  }

  @inline(__always)
  private func colour(column: Int, row: Int) -> SIMD4<Float> {
    let (face, a, b) = sphere.hit(column: column, row: row)
    let pixel = 2 * Float.pi / Float(size.width) * (1 + a * a + b * b)
    var colour = face.colour

    // A light behind the letter; at the lower left, where a reader looks for the face's colour, there is none of it.
    let light = max(0, 1 - (a * a + (b + 0.35) * (b + 0.35)) / 0.68)
    if light > 0 { colour = mix(colour, Self.white, 0.26 * light * light) }

    // Tiles with round corners, in the night.
    if max(abs(a), abs(b)) > 0.7 {
      let outside = tile.distance(a: a, b: b)
      let depth = max(0, min(1, 1 + outside / 0.3))
      colour = mix(colour, Self.night, 0.35 * depth * depth)
      colour = mix(colour, Self.night, coverage(-outside, pixel))
      colour = mix(colour, Self.white, 0.45 * coverage(abs(outside) - 0.0035, pixel))
    }

    // The classic circle.
    let squared = a * a + b * b
    if squared > 0.6, squared < 0.75 {
      colour = mix(colour, Self.white, 0.5 * coverage(abs(squared.squareRoot() - 0.82) - 0.003, pixel))
    }

    let line = graticule.coverage(column: column, row: row)
    if line > 0 { colour = mix(colour, Self.white, line) }
    if let label = graticule.label(column: column, row: row) {
      colour = mix(colour, Self.white, 0.85 * label)
    }

    // A black panel under the number.
    if abs(a) < 0.5, abs(b) < 0.4 {
      let outside = panel.distance(a: a, b: b)
      if outside < Self.panelShadow {
        let fade = 1 - max(0, outside) / Self.panelShadow
        colour = mix(colour, Self.black, 0.4 * fade * fade)
        colour = mix(colour, Self.black, coverage(outside, pixel))
      }
    }

    guard abs(a) < 0.45, abs(b) < 0.8 else { return colour }
    for text in texts[face.rawValue] {
      guard let distance = text.distance(x: a, y: b) else { continue }
      let fade = max(0, 1 - max(0, distance) / text.halo)
      colour = mix(colour, Self.night, 0.45 * fade * fade)
      colour = mix(colour, Self.white, coverage(distance, pixel))
    }
    return colour
  }

  @inline(__always)
  private func mix(_ under: SIMD4<Float>, _ over: SIMD4<Float>, _ part: Float) -> SIMD4<Float> {
    under + (over - under) * part
  }

  /// How much of a pixel is inside of an edge that is `distance` outside of its middle.
  @inline(__always)
  private func coverage(_ distance: Float, _ pixel: Float) -> Float { max(0, min(1, 0.5 - distance / pixel)) }
}

/// A rectangle with round corners on a face.
private struct RoundedRectangle {
  var middle: Float
  var halfWidth: Float
  var halfHeight: Float
  var radius: Float

  /// From its edge; negative inside.
  @inline(__always)
  func distance(a: Float, b: Float) -> Float {
    let x = abs(a) - halfWidth + radius
    let y = abs(b - middle) - halfHeight + radius
    let (outsideX, outsideY) = (max(x, 0), max(y, 0))
    return min(max(x, y), 0) + (outsideX * outsideX + outsideY * outsideY).squareRoot() - radius
  }
}

/// Lines of latitude and longitude every 15°, ticks every 5° and figures along the horizon.
private struct Graticule {
  /// From a column's (row's) middle to the nearest line, in pixels; and how strong that line is.
  private let columns: [(distance: Float, strength: Float, tick: Float)]
  private let rows: [(distance: Float, strength: Float)]
  /// Half the width of a meridian at a row, in pixels, and whether only every third one is drawn there.
  private let meridians: [(half: Float, isPolar: Bool)]
  private let pixelsPerDegree: Float
  private let horizon: Float
  private let labels: [PlacedText]
  private let labelRows: ClosedRange<Int>

  init(size: VideoSize) {
    let scale = Float(size.width) / 360
    pixelsPerDegree = scale
    horizon = Float(size.height) / 2
    func nearest(_ degrees: Float, every step: Float) -> (line: Float, distance: Float) {
      let line = (degrees / step).rounded() * step
      return (line, abs(degrees - line) * scale)
    }
    columns = (0..<size.width).map { column in
      let longitude = (Float(column) + 0.5) / scale - 180
      let (line, distance) = nearest(longitude, every: 15)
      return (distance, line.remainder(dividingBy: 45) == 0 ? 0.5 : 0.3, nearest(longitude, every: 5).distance)
    }
    rows = (0..<size.height).map { row in
      let latitude = 90 - (Float(row) + 0.5) / scale
      let (line, distance) = nearest(latitude, every: 15)
      return (distance, line == 0 ? 0.9 : abs(line) == 90 ? 0 : line.remainder(dividingBy: 45) == 0 ? 0.5 : 0.3)
    }
    meridians = SphereScan(size: size).rows.map { row in
      let half = 0.075 * scale / max(row.cosine, 1e-3)
      return (max(0.5, half), row.cosine < 0.27)
    }
    let height = 1.15 * scale
    let top = horizon + 1.2 * scale
    labels = stride(from: -180, to: 180, by: 15).map { degrees in
      PlacedText(
        "\(degrees)°", x: (Float(degrees) + 180.6) * scale, top: top, height: height, stroke: 0.11 * scale,
        halo: 0.5, isCentred: false)
    }
    labelRows = Int(top - scale)...Int(top + height + scale)
  }

  /// How much white a pixel gets from lines.
  @inline(__always)
  func coverage(column: Int, row: Int) -> Float {
    let (x, y, meridian) = (columns[column], rows[row], meridians[row])
    var white: Float = 0
    let half = max(0.5, 0.075 * pixelsPerDegree)
    if y.distance < half + 0.5 { white = min(1, half + 0.5 - y.distance) * y.strength }
    if x.distance < meridian.half + 0.5, !meridian.isPolar || x.strength > 0.4 {
      white = max(white, min(1, meridian.half + 0.5 - x.distance) * x.strength)
    }
    if abs(Float(row) + 0.5 - horizon) < 0.7 * pixelsPerDegree, x.tick < half + 0.5 {
      white = max(white, min(1, half + 0.5 - x.tick) * 0.9)
    }
    return white
  }

  /// How much white a pixel gets from figures; nil for none.
  @inline(__always)
  func label(column: Int, row: Int) -> Float? {
    guard labelRows.contains(row) else { return nil }
    let label = labels[min(labels.count - 1, column * labels.count / columns.count)]
    guard let distance = label.distance(x: Float(column) + 0.5, y: Float(row) + 0.5) else { return nil }
    return max(0, min(1, 0.5 - distance))
  }
}
