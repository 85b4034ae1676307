import Glibc

/// Capital letters, figures and what addresses are made of, as lines of even width with round ends: sharp at every size,
/// and small.
package enum StrokeFont {
  package struct Point {
    package var x: Float
    package var y: Float
  }

  /// Lines through points, in a box of height 1 (y down) and this width.
  package struct Glyph {
    package var width: Float
    package var lines: [[Point]]
  }

  /// Between glyphs, as a part of the height.
  package static let spacing: Float = 0.34

  /// Nil for a character that the font lacks.
  package static func glyph(_ character: Character) -> Glyph? { letter(character) ?? sign(character) }

  private static func letter(_ character: Character) -> Glyph? {
    switch character {
    case " ": Glyph(width: 0.15, lines: [])
    case "A": glyph(0.72, [[(0, 1), (0.36, 0), (0.72, 1)], [(0.13, 0.66), (0.59, 0.66)]])
    case "B":
      glyph(
        0.62,
        [
          [(0.34, 0), (0, 0), (0, 1), (0.36, 1)] + arc(0.36, 0.74, 0.26, 90, -90) + [(0, 0.48)],
          arc(0.34, 0.24, 0.24, 90, -90),
        ])
    case "C": glyph(0.70, [arc(0.40, 0.5, 0.40, -48, -312, ry: 0.5)])
    case "D": glyph(0.68, [[(0, 0), (0, 1), (0.2, 1)] + arc(0.2, 0.5, 0.48, 90, -90, ry: 0.5) + [(0, 0)]])
    case "E": glyph(0.54, [[(0.54, 0), (0, 0), (0, 1), (0.54, 1)], [(0, 0.48), (0.46, 0.48)]])
    case "F": glyph(0.54, [[(0.54, 0), (0, 0), (0, 1)], [(0, 0.48), (0.46, 0.48)]])
    case "G":
      glyph(0.74, [arc(0.40, 0.5, 0.40, -48, -330, ry: 0.5) + [(0.74, 0.56), (0.46, 0.56)]])
    case "H": glyph(0.64, [[(0, 0), (0, 1)], [(0.64, 0), (0.64, 1)], [(0, 0.48), (0.64, 0.48)]])
    case "I": glyph(0.02, [[(0.01, 0), (0.01, 1)]])
    case "J": glyph(0.46, [[(0.46, 0), (0.46, 0.72)] + arc(0.22, 0.74, 0.24, 0, 150, ry: 0.26)])
    case "K": glyph(0.62, [[(0, 0), (0, 1)], [(0.58, 0), (0, 0.58)], [(0.22, 0.38), (0.62, 1)]])
    case "L": glyph(0.52, [[(0, 0), (0, 1), (0.52, 1)]])
    case "M": glyph(0.80, [[(0, 1), (0, 0), (0.40, 0.72), (0.80, 0), (0.80, 1)]])
    case "N": glyph(0.66, [[(0, 1), (0, 0), (0.66, 1), (0.66, 0)]])
    case "O": glyph(0.80, [arc(0.40, 0.5, 0.40, 0, 360, ry: 0.5)])
    case "P": glyph(0.60, [[(0, 1), (0, 0), (0.33, 0)] + arc(0.33, 0.27, 0.27, -90, 90) + [(0, 0.54)]])
    case "Q": glyph(0.80, [arc(0.40, 0.5, 0.40, 0, 360, ry: 0.5), [(0.50, 0.72), (0.80, 1.04)]])
    case "R":
      glyph(
        0.62, [[(0, 1), (0, 0), (0.34, 0)] + arc(0.34, 0.26, 0.26, -90, 90) + [(0, 0.52)], [(0.30, 0.52), (0.62, 1)]])
    case "S":
      glyph(0.56, [arc(0.28, 0.25, 0.27, -30, -270, ry: 0.25) + arc(0.28, 0.745, 0.28, -90, 150, ry: 0.255)])
    case "T": glyph(0.64, [[(0, 0), (0.64, 0)], [(0.32, 0), (0.32, 1)]])
    case "U": glyph(0.64, [[(0, 0)] + arc(0.32, 0.68, 0.32, 180, 0) + [(0.64, 0)]])
    case "V": glyph(0.68, [[(0, 0), (0.34, 1), (0.68, 0)]])
    case "W": glyph(0.96, [[(0, 0), (0.24, 1), (0.48, 0.1), (0.72, 1), (0.96, 0)]])
    case "X": glyph(0.64, [[(0, 0), (0.64, 1)], [(0.64, 0), (0, 1)]])
    case "Y": glyph(0.66, [[(0, 0), (0.33, 0.5), (0.66, 0)], [(0.33, 0.5), (0.33, 1)]])
    case "Z": glyph(0.60, [[(0.02, 0), (0.60, 0), (0, 1), (0.60, 1)]])
    case "Ä": letter("A").map { Glyph(width: $0.width, lines: $0.lines + dots(0.12, 0.60)) }
    case "Ö": letter("O").map { Glyph(width: $0.width, lines: $0.lines + dots(0.22, 0.58)) }
    case "Ü": letter("U").map { Glyph(width: $0.width, lines: $0.lines + dots(0.16, 0.48)) }
    default: nil
    }
  }

  private static func sign(_ character: Character) -> Glyph? {
    switch character {
    case "0": glyph(0.58, [arc(0.29, 0.5, 0.29, 0, 360, ry: 0.5)])
    case "1": glyph(0.26, [[(0, 0.22), (0.26, 0), (0.26, 1)]])
    case "2": glyph(0.54, [arc(0.27, 0.27, 0.27, -170, 38) + [(0, 1), (0.56, 1)]])
    case "3": glyph(0.54, [arc(0.26, 0.25, 0.25, -160, 90), arc(0.26, 0.73, 0.27, -90, 160)])
    case "4": glyph(0.60, [[(0.44, 1), (0.44, 0), (0, 0.7), (0.60, 0.7)]])
    case "5": glyph(0.54, [[(0.48, 0), (0.06, 0), (0.03, 0.44)] + arc(0.25, 0.69, 0.29, -120, 150, ry: 0.31)])
    case "6": glyph(0.56, [[(0.42, 0), (0.06, 0.54)], arc(0.28, 0.70, 0.28, 0, 360, ry: 0.30)])
    case "7": glyph(0.54, [[(0, 0), (0.54, 0), (0.2, 1)]])
    case "8": glyph(0.56, [arc(0.28, 0.25, 0.24, 0, 360, ry: 0.25), arc(0.28, 0.74, 0.28, 0, 360, ry: 0.26)])
    case "9": glyph(0.56, [[(0.14, 1), (0.50, 0.46)], arc(0.28, 0.30, 0.28, 0, 360, ry: 0.30)])
    case "-": glyph(0.36, [[(0, 0.5), (0.36, 0.5)]])
    case ".": glyph(0.02, [[(0.01, 0.98), (0.01, 1)]])
    case ",": glyph(0.10, [[(0.09, 0.96), (0, 1.14)]])
    case ":": glyph(0.02, [[(0.01, 0.34), (0.01, 0.36)], [(0.01, 0.92), (0.01, 0.94)]])
    case ";": glyph(0.10, [[(0.08, 0.34), (0.08, 0.36)], [(0.09, 0.92), (0, 1.10)]])
    case "/": glyph(0.42, [[(0, 1.06), (0.42, -0.06)]])
    case "+": glyph(0.48, [[(0, 0.5), (0.48, 0.5)], [(0.24, 0.26), (0.24, 0.74)]])
    case "=": glyph(0.46, [[(0, 0.36), (0.46, 0.36)], [(0, 0.64), (0.46, 0.64)]])
    case "_": glyph(0.54, [[(0, 1.06), (0.54, 1.06)]])
    case "'": glyph(0.02, [[(0.01, 0), (0.01, 0.22)]])
    case "\"": glyph(0.18, [[(0.01, 0), (0.01, 0.22)], [(0.17, 0), (0.17, 0.22)]])
    case "!": glyph(0.02, [[(0.01, 0), (0.01, 0.70)], [(0.01, 0.98), (0.01, 1)]])
    case "?":
      glyph(0.50, [arc(0.25, 0.26, 0.25, -170, 60) + [(0.25, 0.60), (0.25, 0.70)], [(0.25, 0.98), (0.25, 1)]])
    case "(": glyph(0.20, [arc(0.40, 0.5, 0.40, -130, -230, ry: 0.72)])
    case ")": glyph(0.20, [arc(-0.20, 0.5, 0.40, -50, 50, ry: 0.72)])
    case "[": glyph(0.18, [[(0.18, -0.06), (0, -0.06), (0, 1.06), (0.18, 1.06)]])
    case "]": glyph(0.18, [[(0, -0.06), (0.18, -0.06), (0.18, 1.06), (0, 1.06)]])
    case "%": glyph(0.70, [arc(0.14, 0.16, 0.14, 0, 360), arc(0.56, 0.84, 0.14, 0, 360), [(0.62, 0), (0.08, 1)]])
    case "&":
      glyph(0.70, [[(0.70, 1), (0.14, 0.28)] + arc(0.28, 0.18, 0.17, 150, 390) + arc(0.26, 0.74, 0.26, -130, -330)])
    case "@":
      glyph(
        0.90, [arc(0.45, 0.5, 0.16, 0, 360), [(0.61, 0.34), (0.61, 0.60)] + arc(0.45, 0.5, 0.45, 20, -300, ry: 0.5)])
    case "#":
      glyph(
        0.62,
        [[(0.18, 0), (0.10, 1)], [(0.52, 0), (0.44, 1)], [(0, 0.32), (0.62, 0.32)], [(0, 0.68), (0.62, 0.68)]])
    // What there is no glyph for.
    case "□": glyph(0.56, [[(0, 0), (0.56, 0), (0.56, 1), (0, 1), (0, 0)]])
    case "°": glyph(0.24, [arc(0.12, 0.12, 0.13, 0, 360)])
    default: nil
    }
  }

  private static func dots(_ left: Float, _ right: Float) -> [[Point]] {
    [left, right].map { [Point(x: $0, y: -0.19), Point(x: $0, y: -0.17)] }
  }

  private static func glyph(_ width: Float, _ lines: [[(Float, Float)]]) -> Glyph {
    Glyph(width: width, lines: lines.map { $0.map { Point(x: $0.0, y: $0.1) } })
  }

  /// Points on an ellipse; angles in degrees, 0 to the right, 90 down.
  private static func arc(
    _ x: Float, _ y: Float, _ rx: Float, _ from: Float, _ to: Float, ry: Float? = nil
  ) -> [(Float, Float)] {
    let steps = max(4, Int(abs(to - from) / 15))
    return (0...steps).map { step in
      let angle = (from + (to - from) * Float(step) / Float(steps)) * .pi / 180
      return (x + rx * cos(angle), y + (ry ?? rx) * sin(angle))
    }
  }
}

/// A line of text that has its place.
package struct PlacedText {
  package struct Segment {
    var x: Float
    var y: Float
    var dx: Float
    var dy: Float
    /// 1 / (dx² + dy²)
    var inverse: Float
  }

  package struct PlacedGlyph {
    var left: Float
    var right: Float
    var segments: [Segment]
  }

  let glyphs: [PlacedGlyph]
  package let top: Float
  package let bottom: Float
  package let left: Float
  package let right: Float
  /// Half of the width of a line.
  let stroke: Float
  /// How far its dark surround reaches.
  let halo: Float

  /// Text of height `height` with its middle at `x` and its top at `top`; or with its left edge at `x`.
  package init(
    _ text: String, x: Float, top: Float, height: Float, stroke: Float, halo: Float,
    spacing: Float = StrokeFont.spacing,
    isCentred: Bool = true
  ) {
    let letters = text.compactMap(StrokeFont.glyph)
    let width = letters.reduce(-spacing) { $0 + $1.width + spacing } * height
    var cursor = isCentred ? x - width / 2 : x
    let reach = stroke + halo
    left = cursor - reach
    glyphs = letters.map { letter in
      let segments = letter.lines.flatMap { line in
        zip(line, line.dropFirst()).map { from, to in
          let (dx, dy) = ((to.x - from.x) * height, (to.y - from.y) * height)
          return Segment(
            x: cursor + from.x * height, y: top + from.y * height, dx: dx, dy: dy,
            inverse: 1 / max(dx * dx + dy * dy, 1e-12))
        }
      }
      defer { cursor += (letter.width + spacing) * height }
      return PlacedGlyph(left: cursor - reach, right: cursor + letter.width * height + reach, segments: segments)
    }
    right = left + width + 2 * reach
    self.top = top - reach
    bottom = top + height + reach
    self.stroke = stroke
    self.halo = halo
  }

  /// How far a point is from the nearest edge of a stroke, negative inside of one; nil beyond the halo.
  @inline(__always)
  package func distance(x: Float, y: Float) -> Float? {
    guard y > top, y < bottom, x > left, x < right else { return nil }
    var nearest = Float.infinity
    for glyph in glyphs where x > glyph.left && x < glyph.right {
      for segment in glyph.segments {
        let (px, py) = (x - segment.x, y - segment.y)
        let along = max(0, min(1, (px * segment.dx + py * segment.dy) * segment.inverse))
        let (qx, qy) = (px - along * segment.dx, py - along * segment.dy)
        nearest = min(nearest, qx * qx + qy * qy)
      }
    }
    let distance = nearest.squareRoot() - stroke
    return distance < halo ? distance : nil
  }
}
