/// The proxies in front of this server, whose word on who asks is believed; nobody else's is.
///
/// Of a chain of addresses the last one counts that is not such a proxy itself. It stands in `Forwarded` (RFC 7239) or in
/// `X-Forwarded-For`; a proxy that writes one of them hands on what a client wrote into the other, so where they do not
/// say the same, neither is believed and the proxy itself is who asks.
package struct TrustedProxies: Sendable {
  private let addresses: Set<String>

  /// - Parameter addresses: IP addresses as text.
  package init(_ addresses: [String] = []) {
    self.addresses = Set(addresses.compactMap { Self.address(of: $0[...]) })
  }

  /// Who asks, behind a connection from `connected`.
  ///
  /// - Parameters:
  ///   - forwarded: the values of `Forwarded`, in their order.
  ///   - xForwardedFor: those of `X-Forwarded-For`.
  package func client(
    _ connected: RemoteAddress, forwarded: [String], xForwardedFor: [String]
  ) -> RemoteAddress {
    guard !addresses.isEmpty, Self.address(of: connected.host[...]).map(addresses.contains) == true else {
      return connected
    }
    let standard = forwarded.isEmpty ? nil : last(of: forwarded.flatMap(Self.elements).map(Self.forParameter))
    let usual = xForwardedFor.isEmpty ? nil : last(of: xForwardedFor.flatMap { $0.split(separator: ",") })
    guard let client = standard ?? usual, client == standard ?? client, client == usual ?? client, let client else {
      return connected
    }
    return RemoteAddress(host: client, port: 0, isForwarded: true)
  }

  /// `.some(nil)`: there is a chain, and what counts of it is no address.
  private func last(of nodes: [Substring?]) -> String?? {
    for node in nodes.reversed() {
      guard let address = node.flatMap(Self.address) else { return .some(nil) }
      if !addresses.contains(address) { return address }
    }
    return .some(nil)
  }

  /// The elements of one field; commas in quoted strings part nothing.
  private static func elements(_ field: String) -> [Substring] { split(field[...], at: ",") }

  private static func forParameter(_ element: Substring) -> Substring? {
    for pair in split(element, at: ";") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, trimmed(parts[0]).lowercased() == "for" else { continue }
      var value = trimmed(parts[1])
      if value.utf8.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
      return value
    }
    return nil
  }

  private static func split(_ text: Substring, at separator: Character) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      guard text[index] == separator, !isQuoted else { continue }
      parts.append(text[start..<index])
      start = text.index(after: index)
    }
    return parts + [text[start...]]
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  /// The IP address of a node: `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]`, `[2001:db8::1]:4711` or `2001:db8::1`; nil
  /// for a name, `unknown` or a made-up one. In one form for each address.
  private static func address(of node: Substring) -> String? {
    var host = trimmed(node)
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      host = host[host.index(after: host.startIndex)..<end]
    } else if host.count(where: { $0 == ":" }) == 1, let colon = host.firstIndex(of: ":") {
      host = host[..<colon]
    }
    return RemoteAddress.canonical(String(host))
  }
}
