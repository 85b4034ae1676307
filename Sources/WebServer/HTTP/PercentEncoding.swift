/// The bytes that a percent-encoded component stands for (RFC 3986, section 2.1); nil when an escape is broken.
func percentDecodedBytes(_ text: some StringProtocol) -> [UInt8]? {
  var decoded: [UInt8] = []
  var bytes = text.utf8.makeIterator()
  while let byte = bytes.next() {
    if byte == UInt8(ascii: "%") {
      guard let high = bytes.next().flatMap(hexDigit), let low = bytes.next().flatMap(hexDigit) else { return nil }
      decoded.append(high << 4 | low)
    } else {
      decoded.append(byte)
    }
  }
  return decoded
}

/// A percent-encoded component as text; the text itself when it is not well formed.
func percentDecoded(_ text: Substring) -> String {
  percentDecodedBytes(text).flatMap { String(validating: $0, as: UTF8.self) } ?? String(text)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
