import SansIO

/// A strong validator of a file's bytes (RFC 9110, section 8.8.3): their number and 64-bit FNV-1a hash.
struct EntityTag: Hashable {
  let field: String

  init(of contents: [UInt8]) {
    field = "\"\(String(contents.count, radix: 16))-\(String(FNV1a.hash(contents), radix: 16))\""
  }

  /// Whether an `If-None-Match` field names this tag (weak comparison, RFC 9110, section 13.1.2).
  func isNamed(in field: String) -> Bool {
    Self.items(of: field).contains { $0 == "*" || ($0.hasPrefix("W/") ? $0.dropFirst(2) : $0) == self.field }
  }

  /// Whether an `If-Match` field allows this tag (strong comparison, RFC 9110, section 13.1.1).
  func isRequired(in field: String) -> Bool { Self.items(of: field).contains { $0 == "*" || $0 == self.field } }

  /// A comma within another's tag makes pieces of it, which are no tag of ours.
  private static func items(of field: String) -> [Substring] {
    field.split(separator: ",").map { item in
      var tag = item.drop { $0 == " " || $0 == "\t" }
      while let last = tag.last, last == " " || last == "\t" { tag.removeLast() }
      return tag
    }
  }
}
