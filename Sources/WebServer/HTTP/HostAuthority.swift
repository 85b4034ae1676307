import Glibc

/// The host and port that a `Host` or `Origin` field names (RFC 3986, section 3.2), normalised for comparison.
struct HostAuthority: Hashable {
  /// Lower case, without brackets and without a trailing dot.
  var host: String
  /// nil when it is left out.
  var port: UInt16?

  init?(_ text: some StringProtocol) {
    let (host, port): (Substring, Substring?)
    let text = Substring(text)
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      guard Self.isAddress(String(host), family: AF_INET6) else { return nil }
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count <= 2 else { return nil }
      host = parts[0]
      port = parts.count == 2 ? parts[1] : nil
    }
    let name = host.hasSuffix(".") ? host.dropLast() : host
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else { return nil }
    self.host = name.lowercased()
    if let port, !port.isEmpty {
      guard let number = UInt16(port) else { return nil }
      self.port = number
    } else {
      self.port = nil
    }
  }

  /// Reads the host and port of a web page's origin, such as `http://tv.local:8080` (RFC 6454, section 6.2).
  init?(origin: String) {
    guard let scheme = origin.firstRange(of: "://"), Self.defaultPort(of: origin[..<scheme.lowerBound]) != nil else {
      return nil
    }
    self.init(origin[scheme.upperBound...])
    if port == Self.defaultPort(of: origin[..<scheme.lowerBound]) { port = nil }
  }

  /// Whether a page of `origin` was loaded from the server that the request calls by `self`.
  func isOrigin(_ origin: String) -> Bool {
    guard let scheme = origin.firstRange(of: "://"), let other = HostAuthority(origin: origin) else { return false }
    var own = self
    if own.port == Self.defaultPort(of: origin[..<scheme.lowerBound]) { own.port = nil }
    return own == other
  }

  /// Whether the host is an IP address written out.
  var isAddress: Bool { Self.isAddress(host, family: AF_INET) || Self.isAddress(host, family: AF_INET6) }

  private static func defaultPort(of scheme: Substring) -> UInt16? {
    switch scheme.lowercased() {
    case "http": 80
    case "https": 443
    default: nil
    }
  }

  private static func isAddress(_ text: String, family: Int32) -> Bool {
    var storage = in6_addr()
    return inet_pton(family, text, &storage) == 1
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }
}
