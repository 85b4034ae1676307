extension SessionDescription {
  /// Three times what browsers offer.
  public static let maximumSize = 16_384
  public static let maximumLineLength = 4096
  public static let maximumMedia = 32
  public static let maximumFormats = 128

  /// Reads a description of at most `maximumSize` bytes, lines ended by CR LF or LF.
  ///
  /// Throws `SDPError.malformed` with the line.
  ///
  /// Reading and answering take a time that grows with the size and no faster: each line is looked at a fixed number of
  /// times, and whatever is looked up for each of several others (formats, media, feedback, parameters) is bounded in
  /// number, by `maximumMedia`, `maximumFormats`, `PayloadFormat.maximumFeedback` and `FormatParameters.maximumCount`.
  public init(parsing text: String) throws(SDPError) {
    guard text.utf8.count <= Self.maximumSize else {
      throw SDPError(.malformed, "The session description is over \(Self.maximumSize / 1024) KiB.")
    }
    self.init(origin: "")
    var hasOrigin = false
    var number = 0
    for raw in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      var line = raw
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      if line.isEmpty { continue }
      guard line.count <= Self.maximumLineLength else {
        throw SDPError(.malformed, line: number, "The line is too long.")
      }
      guard line.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else {
        throw SDPError(.malformed, line: number, "There is a control character.")
      }
      let bytes = Array(line)
      guard bytes.count >= 2, bytes[1] == UInt8(ascii: "=") else {
        throw SDPError(.malformed, line: number, "A line is a letter, an equals sign and a value.")
      }
      let value = String(decoding: bytes[2...], as: UTF8.self)
      if number == 1, bytes[0] != UInt8(ascii: "v") {
        throw SDPError(.malformed, line: 1, "The first line is not v=0.")
      }
      switch bytes[0] {
      case UInt8(ascii: "v"):
        guard number == 1, value == "0" else { throw SDPError(.malformed, line: number, "The version is not 0.") }
      case UInt8(ascii: "o"):
        guard media.isEmpty, !hasOrigin else { throw SDPError(.malformed, line: number, "A second o= line.") }
        origin = value
        hasOrigin = true
      case UInt8(ascii: "s") where media.isEmpty:
        name = value
      case UInt8(ascii: "t") where media.isEmpty:
        timing = value
      case UInt8(ascii: "c"):
        if media.isEmpty { connection = value } else { media[media.count - 1].connection = value }
      case UInt8(ascii: "a"):
        let attribute = SDPAttribute(line: value)
        guard !attribute.name.isEmpty else { throw SDPError(.malformed, line: number, "An attribute without a name.") }
        if media.isEmpty { attributes.append(attribute) } else { media[media.count - 1].attributes.append(attribute) }
      case UInt8(ascii: "m"):
        guard media.count < Self.maximumMedia else { throw SDPError(.malformed, line: number, "Too many m= lines.") }
        media.append(try MediaDescription(line: value, number: number))
      case UInt8(ascii: "b"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "e"), UInt8(ascii: "p"),
        UInt8(ascii: "k"), UInt8(ascii: "r"), UInt8(ascii: "z"), UInt8(ascii: "s"), UInt8(ascii: "t"):
        break
      default:
        throw SDPError(.malformed, line: number, "No line of a session description starts like this.")
      }
    }
    guard hasOrigin else { throw SDPError(.malformed, "There is no o= line.") }
  }
}

extension SDPAttribute {
  fileprivate init(line: String) {
    if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      self.init(String(line[..<colon]), String(line[line.utf8.index(after: colon)...]))
    } else {
      self.init(line)
    }
  }
}

extension MediaDescription {
  /// `m=<media> <port>[/<count>] <proto> <fmt> …` (RFC 8866 section 5.14).
  fileprivate init(line: String, number: Int) throws(SDPError) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard fields.count >= 4 else { throw SDPError(.malformed, line: number, "An m= line has four fields or more.") }
    guard fields.count - 3 <= SessionDescription.maximumFormats else {
      throw SDPError(.malformed, line: number, "Too many formats.")
    }
    guard let port = UInt16(fields[1].split(separator: "/", maxSplits: 1).first ?? "") else {
      throw SDPError(.malformed, line: number, "The port is no number up to 65535.")
    }
    self.init(kind: fields[0], port: port, transport: fields[2], formats: Array(fields[3...]))
  }
}
