import Media
import SphericalVideo

/// What a screen shows when there is nothing else: whose it is, what is wrong, and where to go.
public struct Slate: Hashable, Sendable {
  /// The appliance's name.
  public var name: String
  /// What is wrong, or being waited for, in a sentence.
  public var sentence: String
  /// Where a browser finds it; the first is the QR code's.
  public var addresses: [String]
  /// The operator's PIN, where the configuration wants it shown.
  public var pin: String?
  /// Whether there is a QR code.
  public var hasCode: Bool

  public init(name: String, sentence: String = "", addresses: [String] = [], pin: String? = nil, hasCode: Bool = true) {
    self.name = name
    self.sentence = sentence
    self.addresses = addresses
    self.pin = pin
    self.hasCode = hasCode
  }

  /// How many addresses there is room for.
  private static let mostAddresses = 4

  /// Draws it upright.
  ///
  /// Letters are at least a thirtieth of the smaller side high: 17 mm on a screen of 40 inches, which is read from three
  /// metres and more. A line that is longer than there is room for becomes smaller.
  package func drawing(_ size: VideoSize) -> Drawing {
    var drawing = Drawing(size)
    let (width, height) = (Float(size.width), Float(size.height))
    let unit = min(width, height) / 100
    let margin = 8 * unit
    let code = hasCode ? addresses.first.flatMap(QRCode.init) : nil
    let side = 44 * unit
    let isWide = width > height
    if let code {
      let (x, y) = isWide ? (width - margin - side, (height - side) / 2) : ((width - side) / 2, height - margin - side)
      drawing.draw(code, x: Int(x), y: Int(y), side: Int(side))
    }
    let room = width - 2 * margin - (code != nil && isWide ? side + margin : 0)
    var top = isWide ? 20 * unit : margin + 4 * unit
    func write(_ text: String, height: Float, level: UInt8, gap: Float) {
      let fitting = min(height, StrokeFont.height(of: text, within: room, at: height))
      drawing.write(text, x: margin, top: top, height: fitting, level: level)
      top += height + gap
    }
    write(TextLine.drawable(name), height: 9 * unit, level: 255, gap: 7 * unit)
    for line in TextLine.wrapped(sentence, room: room / (4 * unit), lines: 4) {
      write(line, height: 4 * unit, level: 200, gap: 3.5 * unit)
    }
    top += 4 * unit
    for address in addresses.prefix(Self.mostAddresses) {
      write(TextLine.drawable(address), height: 4 * unit, level: 255, gap: 3.5 * unit)
    }
    if let pin { write(TextLine.drawable("PIN \(pin)"), height: 4 * unit, level: 200, gap: 3 * unit) }
    return drawing
  }
}
