/// The encoding of Western Windows, in which older programs write lists and name files
/// (encoding.spec.whatwg.org, index windows-1252: every byte is a character).
public enum Windows1252 {
  /// Those of 0x80…0x9F; all others are as in Unicode.
  private static let special: [UInt16] = [
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
    0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0x009D, 0x017E, 0x0178,
  ]

  public static func decode(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes {
      let code = (0x80...0x9F).contains(byte) ? special[Int(byte) - 0x80] : UInt16(byte)
      text.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }
    return String(text)
  }

  /// nil when a character has no place in it.
  public static func encode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let index = special.firstIndex(where: { UInt32($0) == scalar.value }) {
        bytes.append(0x80 + UInt8(index))
      } else if let byte = UInt8(exactly: scalar.value) {
        bytes.append(byte)
      } else {
        return nil
      }
    }
    return bytes
  }
}
