/// What a request is for: the path and the query of its target (RFC 9112, section 3.2).
struct RequestTarget: Sendable {
  /// Begins with a slash; without escapes that it does not need. "*" is the server as a whole.
  var path: String
  private var rawQuery: Substring

  /// - Parameter text: the target in origin form, or "*"; nil when it is neither.
  init?(_ text: String) {
    let path = text.prefix { $0 != "?" }
    guard path.hasPrefix("/") || text == "*", !text.utf8.contains(UInt8(ascii: "#")) else { return nil }
    self.path = withoutNeedlessEscapes(path)
    rawQuery = text[path.endIndex...].dropFirst()
  }

  /// The query's fields, percent-decoded where they are well formed; of a repeated name the first.
  var query: [String: String] {
    var fields: [String: String] = [:]
    for field in rawQuery.split(separator: "&") {
      let name = field.prefix { $0 != "=" }
      let value = field[name.endIndex...].dropFirst()
      let decodedName = percentDecoded(name) ?? String(name)
      if fields[decodedName] == nil { fields[decodedName] = percentDecoded(value) ?? String(value) }
    }
    return fields
  }
}
