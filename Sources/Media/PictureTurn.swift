/// How a stored picture is turned to be upright: by quarter turns, and mirrored or not.
///
/// A place in the upright picture is (x, y), from 0 to 1 to the right and down. Where it is stored, the two may have
/// changed places, and each may run the other way.
public struct PictureTurn: Hashable, Sendable {
  /// Rows of the upright picture are columns of the stored one.
  public var swapsAxes: Bool
  /// The upright picture's x, and its y, run against the stored ones.
  public var flipsX: Bool
  public var flipsY: Bool

  public init(swapsAxes: Bool = false, flipsX: Bool = false, flipsY: Bool = false) {
    self.swapsAxes = swapsAxes
    self.flipsX = flipsX
    self.flipsY = flipsY
  }

  public static let none = PictureTurn()

  /// From a display matrix: a stored (p, q) is shown at (a·p + c·q, b·p + d·q), each moved to be positive
  /// (ISO/IEC 14496-12, 6.2.2; libavutil/display.h). Angles in between are taken for the nearest quarter.
  public init(a: Double, b: Double, c: Double, d: Double) {
    if a.magnitude + d.magnitude >= b.magnitude + c.magnitude {
      self.init(flipsX: a < 0, flipsY: d < 0)
    } else {
      self.init(swapsAxes: true, flipsX: c < 0, flipsY: b < 0)
    }
  }

  /// So many quarter turns clockwise, after having been mirrored left to right or not.
  public init(quarters: Int, isMirrored: Bool = false) {
    switch quarters & 3 {
    case 0: self.init(flipsX: isMirrored)
    case 1: self.init(swapsAxes: true, flipsX: true, flipsY: isMirrored)
    case 2: self.init(flipsX: !isMirrored, flipsY: true)
    default: self.init(swapsAxes: true, flipsY: !isMirrored)
    }
  }

  /// Whether left and right have changed places, beside any turn.
  private var isMirrored: Bool { flipsX != flipsY ? !swapsAxes : swapsAxes }

  /// Where a place in the upright picture is stored.
  public func stored(x: Double, y: Double) -> (x: Double, y: Double) {
    let (x, y) = (flipsX ? 1 - x : x, flipsY ? 1 - y : y)
    return swapsAxes ? (y, x) : (x, y)
  }

  /// Where a stored place is in the upright picture.
  public func upright(x: Double, y: Double) -> (x: Double, y: Double) {
    let (x, y) = swapsAxes ? (y, x) : (x, y)
    return (flipsX ? 1 - x : x, flipsY ? 1 - y : y)
  }

  /// The size of the upright picture of a stored one, and the other way round.
  public func turned(_ size: VideoSize) -> VideoSize {
    swapsAxes ? VideoSize(width: size.height, height: size.width) : size
  }
}

extension PictureTurn: CustomStringConvertible {
  /// What is done to the stored picture: "turned by 90°", clockwise.
  public var description: String {
    let parts = (isMirrored ? ["mirrored"] : []) + (quarters == 0 ? [] : ["turned by \(quarters * 90)°"])
    return parts.isEmpty ? "upright" : parts.joined(separator: " and ")
  }

  /// Clockwise, after mirroring.
  private var quarters: Int {
    (0..<4).first { PictureTurn(quarters: $0, isMirrored: isMirrored) == self } ?? 0
  }
}
