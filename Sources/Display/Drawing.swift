import Media
import SphericalVideo

/// Something that is drawn and not filmed: levels from dark to bright, which a palette gives colours.
package struct Drawing: Sendable {
  /// From night to white: what is written on a screen that shows nothing else must not light up a room.
  private static let palette: [UInt32] = (0...255).map { level in
    let (night, white): ([UInt32], UInt32) = ([11, 14, 24], 250)
    let colour = night.map { ($0 * UInt32(255 - level) + white * UInt32(level) + 127) / 255 }
    return colour[0] << 16 | colour[1] << 8 | colour[2]
  }

  package let size: VideoSize
  private var levels: [UInt8]

  package init(_ size: VideoSize, level: UInt8 = 0) {
    self.size = size
    levels = Array(repeating: level, count: size.width * size.height)
  }

  /// The pixel at a place, as it is shown: 0x00RRGGBB.
  package subscript(x: Int, y: Int) -> UInt32 { Self.palette[Int(levels[y * size.width + x])] }

  /// Fills a rectangle, as far as it is inside.
  package mutating func fill(x: Int, y: Int, width: Int, height: Int, level: UInt8) {
    let columns = max(0, x)..<max(0, x, min(size.width, x + width))
    for row in max(0, y)..<max(0, y, min(size.height, y + height)) {
      for column in columns { levels[row * size.width + column] = level }
    }
  }

  /// Writes a line of text over what is there.
  ///
  /// - Parameters:
  ///   - x: its left edge; `top` its upper one, and `height` that of a capital, all in pixels.
  ///   - level: of the strokes.
  package mutating func write(_ text: String, x: Float, top: Float, height: Float, level: UInt8 = 255) {
    let placed = PlacedText(text, x: x, top: top, height: height, stroke: height * 0.068, halo: 1, isCentred: false)
    for row in Self.inside(placed.top, placed.bottom, of: size.height) {
      for column in Self.inside(placed.left, placed.right, of: size.width) {
        guard let distance = placed.distance(x: Float(column) + 0.5, y: Float(row) + 0.5) else { continue }
        let part = max(0, min(1, 0.5 - distance))
        let place = row * size.width + column
        let under = Float(levels[place])
        levels[place] = UInt8(under + (Float(level) - under) * part + 0.5)
      }
    }
  }

  /// The pixels between two places, as far as they are inside.
  private static func inside(_ start: Float, _ end: Float, of count: Int) -> Range<Int> {
    let first = Int(max(0, min(Float(count), start.rounded(.down))))
    return first..<max(first, Int(max(0, min(Float(count), end + 1))))
  }

  /// Draws a code with its quiet zone of four modules, black on white, as large as whole modules allow.
  package mutating func draw(_ code: QRCode, x: Int, y: Int, side: Int) {
    let modules = code.side + 8
    let module = max(1, side / modules)
    fill(x: x, y: y, width: module * modules, height: module * modules, level: 255)
    for row in 0..<code.side {
      for column in 0..<code.side where code.isDark(column, row) {
        fill(x: x + (column + 4) * module, y: y + (row + 4) * module, width: module, height: module, level: 0)
      }
    }
  }

  /// As it is stored for a screen that hangs turned.
  package func stored(by turn: PictureTurn) -> Drawing {
    guard turn != .none else { return self }
    var stored = Drawing(turn.turned(size))
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (column, row) = (turn.flipsX ? size.width - 1 - x : x, turn.flipsY ? size.height - 1 - y : y)
        let place = turn.swapsAxes ? column * stored.size.width + row : row * stored.size.width + column
        stored.levels[place] = levels[y * size.width + x]
      }
    }
    return stored
  }

  /// Writes it with its top left corner at a place, row by row; what is outside is left out.
  func write(into memory: PixelMemory, x: Int, y: Int) {
    let width = unsafe min(size.width, memory.size.width - x)
    let height = unsafe min(size.height, memory.size.height - y)
    guard x >= 0, y >= 0, width > 0, height > 0 else { return }
    for row in 0..<height {
      let target = unsafe memory.base + (y + row) * memory.stride + x * 4
      for column in 0..<width {
        unsafe target.storeBytes(
          of: Self.palette[Int(levels[row * size.width + column])], toByteOffset: column * 4, as: UInt32.self)
      }
    }
  }
}
