import Glibc
import Media

/// The built-in panorama: six coloured faces with letters, a graticule, and a number that counts the frames.
///
/// 8-bit 4:2:0, BT.709, limited range, equirectangular. It plays where there is nothing else to play, and it tells,
/// from a picture alone, which way a view looks and which frame it shows.
public struct PanoramaTestCard: Sendable {
  public static let defaultSize = VideoSize(width: 2560, height: 1280)

  /// A piece of a row of the picture which is in one cell of one face's bars.
  private struct Run {
    var row: Int32
    var start: Int32
    var count: Int16
    var cell: Int16
  }

  public let size: VideoSize
  private let runs: [Run]

  /// - Parameter size: Twice as wide as high; at least 640x320 for the numbers to be readable.
  public init(size: VideoSize = PanoramaTestCard.defaultSize) {
    self.size = size
    let sphere = SphereScan(size: size)
    var runs: [Run] = []
    // The bars are below the horizon, and around both poles.
    for row in 0..<size.height {
      var last = -1
      for column in 0..<size.width {
        let (_, a, b) = sphere.hit(column: column, row: row)
        var cell = -1
        if a > FrameNumberBars.left, a < FrameNumberBars.right, b > FrameNumberBars.top, b < FrameNumberBars.bottom {
          let part = (a - FrameNumberBars.left) / (FrameNumberBars.right - FrameNumberBars.left)
          cell = min(FrameNumberBars.cells - 1, Int(part * Float(FrameNumberBars.cells)))
        }
        if cell >= 0 {
          if cell == last, runs[runs.count - 1].count < .max {
            runs[runs.count - 1].count += 1
          } else {
            runs.append(Run(row: Int32(row), start: Int32(column), count: 1, cell: Int16(cell)))
          }
        }
        last = cell
      }
    }
    self.runs = runs
  }

  /// Draws all but the number, into an 8-bit picture of three planes and of the card's size. Takes some tens of
  /// milliseconds.
  public func drawBase(into picture: PlanarPicture) {
    unsafe check(picture)
    let painter = TestCardPainter(size: size)
    unsafe painter.paint(into: picture)
  }

  /// Draws the number's low 16 bits into a picture that has the rest. Touches nothing but the bars; some 40 µs.
  public func drawFrameNumber(_ number: Int, into picture: PlanarPicture) {
    unsafe check(picture)
    let white = FrameNumberBars.white(number)
    for run in runs {
      let start = unsafe picture.luma.base + (Int(run.row) * picture.luma.stride + Int(run.start))
      unsafe memset(start, white >> UInt32(run.cell) & 1 == 1 ? 235 : 16, Int(run.count))
    }
  }

  private func check(_ picture: PlanarPicture) {
    unsafe precondition(picture.layout == .yuv420p && picture.size == size, "the card is drawn at its own size")
  }
}

/// The directions of a panorama's pixels, with the trigonometry done by row and by column.
struct SphereScan {
  /// Sine and cosine of the longitude of a column's middle.
  let columns: [(sine: Float, cosine: Float)]
  /// Sine and cosine of the latitude of a row's middle.
  let rows: [(sine: Float, cosine: Float)]

  init(size: VideoSize) {
    columns = (0..<size.width).map { column in
      let longitude = (2 * (Float(column) + 0.5) / Float(size.width) - 1) * .pi
      return (sin(longitude), cos(longitude))
    }
    rows = (0..<size.height).map { row in
      let latitude = (0.5 - (Float(row) + 0.5) / Float(size.height)) * .pi
      return (sin(latitude), cos(latitude))
    }
  }

  @inline(__always)
  func hit(column: Int, row: Int) -> (face: CubeFace, a: Float, b: Float) {
    let (longitude, latitude) = (columns[column], rows[row])
    return CubeFace.hit(x: latitude.cosine * longitude.sine, y: latitude.sine, z: -latitude.cosine * longitude.cosine)
  }
}
