import Media
import SphericalVideo

/// Text that is shown, made of what the font has: capitals without accents, but for the umlauts.
enum TextLine {
  /// How many characters of a line are looked at.
  private static let most = 160

  static func drawable(_ text: String) -> String {
    let known = text.prefix(most).map { character -> String in
      if character.isWhitespace { return " " }
      let upper = String(character).uppercased()
      return upper.map { StrokeFont.has($0) ? String($0) : StrokeFont.has(folded($0)) ? String(folded($0)) : "□" }
        .joined()
    }
    return known.joined()
  }

  /// The letter below an accent: what a canonical decomposition begins with, for letters of Latin-1 and Latin Extended-A.
  private static func folded(_ character: Character) -> Character {
    for (letter, accented) in folds where accented.contains(character) { return letter }
    return character
  }

  private static let folds: [(Character, String)] = [
    ("A", "ÀÁÂÃÅĀĂĄÆ"), ("C", "ÇĆĈĊČ"), ("D", "ĎĐÐ"), ("E", "ÈÉÊËĒĔĖĘĚ"), ("G", "ĜĞĠĢ"), ("H", "ĤĦ"),
    ("I", "ÌÍÎÏĨĪĬĮİ"),
    ("J", "Ĵ"), ("K", "Ķ"), ("L", "ĹĻĽĿŁ"), ("N", "ÑŃŅŇ"), ("O", "ÒÓÔÕØŌŎŐŒ"), ("R", "ŔŖŘ"), ("S", "ŚŜŞŠ"),
    ("T", "ŢŤŦÞ"),
    ("U", "ÙÚÛŨŪŬŮŰŲ"), ("W", "Ŵ"), ("Y", "ÝŶŸ"), ("Z", "ŹŻŽ"), ("'", "’‘`´"), ("\"", "“”„«»"), ("-", "–—‐‑"),
    (".", "…·•"),
  ]

  /// Broken into lines at blanks.
  ///
  /// - Parameter room: in heights of a capital.
  static func wrapped(_ text: String, room: Float, lines: Int) -> [String] {
    var found: [String] = []
    for word in drawable(text).split(separator: " ") {
      if let last = found.last, StrokeFont.width(of: last + " " + word) <= room || found.count == lines {
        found[found.count - 1] = last + " " + word
      } else {
        found.append(String(word))
      }
    }
    return found
  }

  /// A line for a while: a bar across the lower edge, to be laid over whatever is shown.
  static func bar(_ text: String, size: VideoSize) -> Overlay {
    let unit = Float(min(size.width, size.height)) / 100
    let height = Int(12 * unit)
    var drawing = Drawing(VideoSize(width: size.width, height: height))
    let text = drawable(text)
    let room = Float(size.width) - 16 * unit
    let letters = min(5 * unit, StrokeFont.height(of: text, within: room, at: 5 * unit))
    drawing.write(text, x: 8 * unit, top: (Float(height) - letters) / 2, height: letters)
    return Overlay(drawing: drawing, x: 0, y: size.height - height)
  }

  /// A QR code in the lower right corner.
  static func corner(_ code: QRCode, size: VideoSize) -> Overlay {
    let unit = min(size.width, size.height) / 100
    let modules = code.side + 8
    // Three pixels a module at least, or no camera tells them apart.
    let side = max(18 * unit / modules, 3) * modules
    var drawing = Drawing(VideoSize(width: side, height: side))
    drawing.draw(code, x: 0, y: 0, side: side)
    return Overlay(drawing: drawing, x: max(0, size.width - side - 3 * unit), y: max(0, size.height - side - 3 * unit))
  }
}

extension StrokeFont {
  /// In heights of a capital.
  static func width(of text: String) -> Float {
    text.compactMap(glyph).reduce(0) { $0 + $1.width + spacing }
  }

  static func has(_ character: Character) -> Bool { glyph(character) != nil }

  /// The height at which a text fits into a room, both in pixels: what it is to have, or less.
  static func height(of text: String, within room: Float, at height: Float) -> Float {
    min(height, room / max(width(of: text), 0.01))
  }
}
