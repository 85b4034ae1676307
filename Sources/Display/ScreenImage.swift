import Media

/// The pixels of a screen, as people see them.
public struct ScreenImage: Hashable, Sendable {
  public let size: VideoSize
  /// 0x00RRGGBB, row by row.
  public let pixels: [UInt32]

  package init(_ scene: Scene, turn: PictureTurn) {
    let stored = scene.size
    let size = turn.turned(stored)
    var memory = [UInt32](repeating: 0, count: stored.width * stored.height)
    unsafe memory.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe scene.write(into: PixelMemory(base: base, stride: stored.width * 4, size: stored))
    }
    self.size = size
    guard turn != .none else {
      pixels = memory
      return
    }
    var upright = [UInt32](repeating: 0, count: memory.count)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (column, row) = (turn.flipsX ? size.width - 1 - x : x, turn.flipsY ? size.height - 1 - y : y)
        upright[y * size.width + x] = memory[turn.swapsAxes ? column * stored.width + row : row * stored.width + column]
      }
    }
    pixels = upright
  }
}
