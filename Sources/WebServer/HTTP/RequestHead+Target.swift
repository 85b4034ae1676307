import NIOHTTP1

extension HTTPRequestHead {
  /// Brings what names the target into one form: a path with its query in `uri`, the host in `Host`.
  ///
  /// Of a target in absolute form the host is the target's, whatever `Host` says (RFC 9112, section 3.2.2). A target in
  /// no form that is answered becomes an empty one. HTTP/1.0 has no `Host`, and no browser, whom it is there to check:
  /// such a request gets that of this machine; and nothing is expected in it (RFC 9110, section 10.1.1).
  mutating func makePlain() {
    if version != .http1_1 {
      if !headers.contains(name: "host") { headers.add(name: "Host", value: "localhost") }
      headers.remove(name: "expect")
    }
    guard method != .CONNECT, !uri.hasPrefix("/"), uri != "*" || method != .OPTIONS else { return }
    guard let scheme = uri.firstRange(of: "://"), ["http", "https"].contains(uri[..<scheme.lowerBound].lowercased())
    else {
      uri = ""
      return
    }
    let rest = uri[scheme.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    headers.replaceOrAdd(name: "Host", value: String(rest[..<end]))
    uri = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
  }
}
