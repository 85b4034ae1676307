/// A path or a URL as it may be shown: a URL without user, password, query and fragment, which hold secrets.
///
/// `description` is the only way to print where media comes from, in logs, errors, states and on terminals; what is
/// opened is the text itself.
public struct PrintableLocation: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// - Parameter location: a path, which stays as it is, or a URL as libavformat takes it.
  public init(_ location: String) {
    guard location.contains("://") else {
      description = location
      return
    }
    // libav's own options for RTMP stand behind a space, passwords among them.
    description = Self.redacted(location.prefix { !$0.isWhitespace })
  }

  public init(_ location: MediaLocation) { self.init(location.text) }

  /// A line of somebody else's with every URL in it as it may be shown.
  public static func redacting(_ line: String) -> String {
    guard line.contains("://") else { return line }
    var shown = ""
    var word: Substring = line[line.startIndex..<line.startIndex]
    func isEnd(_ character: Character) -> Bool { character.isWhitespace || "\"'<>`|".contains(character) }
    for index in line.indices {
      if isEnd(line[index]) {
        shown += redacted(word)
        shown.append(line[index])
        word = line[line.index(after: index)..<line.index(after: index)]
      } else {
        word = line[word.startIndex...index]
      }
    }
    return shown + redacted(word)
  }

  /// Nested ones, such as `cache:http://…`, and several in one word are found, too.
  private static func redacted(_ word: Substring) -> String {
    guard let scheme = word.firstRange(of: "://") else { return String(word) }
    let head = word[..<scheme.upperBound]
    let rest = word[scheme.upperBound...]
    let end = rest.firstIndex { $0 == "?" || $0 == "#" } ?? rest.endIndex
    let shown = withoutUser(rest[..<end])
    // What stands before and behind is cut off with the query, but for the end of somebody's sentence.
    let tail = rest[end...].last.map { ":,;.)]".contains($0) ? String($0) : "" } ?? ""
    return head + (shown.contains("://") ? redacted(shown) : String(shown)) + tail
  }

  /// The authority ends at the first slash (RFC 3986 section 3.2), unless what stands there for a port shows that the
  /// slash is one in a password that nobody escaped.
  private static func withoutUser(_ rest: Substring) -> Substring {
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    if let at = rest[..<slash].lastIndex(of: "@") { return rest[rest.index(after: at)...] }
    guard let colon = rest[..<slash].lastIndex(of: ":"), !rest[..<slash].hasSuffix("]"),
      !rest[rest.index(after: colon)..<slash].allSatisfy(\.isNumber), let at = rest.lastIndex(of: "@")
    else { return rest }
    return rest[rest.index(after: at)...]
  }
}

extension PrintableLocation {
  /// The last part: a file's name; of a URL without a path its host. A URL's is decoded, as it was written by somebody.
  public var name: String {
    let last = description.split(separator: "/").last.map(String.init) ?? description
    guard description.contains("://"), let bytes = PercentEncoding.decode(Array(last.utf8)),
      let decoded = String(validating: bytes, as: UTF8.self), !decoded.unicodeScalars.contains(where: Self.isControl)
    else { return last }
    return decoded
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
}
