import Media

/// What is on a screen, or will be: enough to draw it again.
package struct Scene: Sendable {
  package enum Base: Sendable {
    /// As it is stored.
    case drawing(Drawing)
    /// A view's, of the screen's size.
    case picture(Picture)
  }

  package var base: Base
  package var overlays: [Overlay]

  /// Writes all of it, the base row by row and in order.
  func write(into memory: PixelMemory) {
    switch base {
    case .drawing(let drawing): unsafe drawing.write(into: memory, x: 0, y: 0)
    case .picture(let picture):
      unsafe picture.withPicture { unsafe ScanoutConversion(picture.colour).write($0, into: memory) }
    }
    for overlay in overlays { unsafe overlay.drawing.write(into: memory, x: overlay.x, y: overlay.y) }
  }

  package var size: VideoSize {
    switch base {
    case .drawing(let drawing): drawing.size
    case .picture(let picture): picture.size
    }
  }
}

/// A drawing that lies over a part of the picture.
package struct Overlay: Sendable {
  package var drawing: Drawing
  /// Where its top left corner is.
  package var x: Int
  package var y: Int

  /// As it is stored for a screen that hangs turned.
  ///
  /// - Parameter size: of the upright screen.
  func stored(by turn: PictureTurn, in size: VideoSize) -> Overlay {
    let (right, bottom) = (size.width - x - drawing.size.width, size.height - y - drawing.size.height)
    let (column, row) = (turn.flipsX ? right : x, turn.flipsY ? bottom : y)
    return Overlay(
      drawing: drawing.stored(by: turn), x: turn.swapsAxes ? row : column, y: turn.swapsAxes ? column : row)
  }
}
