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

/// A percent-encoded component as text; nil when it is not well formed or no UTF-8.
func percentDecoded(_ text: some StringProtocol) -> String? {
  percentDecodedBytes(text).flatMap { String(validating: $0, as: UTF8.self) }
}

/// A path without the escapes that it does not need: both name the same (RFC 3986, section 6.2.2.2).
func withoutNeedlessEscapes(_ path: some StringProtocol) -> String {
  guard path.utf8.contains(UInt8(ascii: "%")) else { return String(path) }
  let bytes = Array(path.utf8)
  var plain: [UInt8] = []
  var index = 0
  while index < bytes.count {
    if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]),
      let low = hexDigit(bytes[index + 2]), isUnreserved(high << 4 | low)
    {
      plain.append(high << 4 | low)
      index += 3
    } else {
      plain.append(bytes[index])
      index += 1
    }
  }
  return String(decoding: plain, as: UTF8.self)
}

/// RFC 3986, section 2.3.
private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
    true
  default: false
  }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
