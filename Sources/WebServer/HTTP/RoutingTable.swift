/// Finds what answers a path.
///
/// A path matches a route's component by component; a slash more at the end, or two in a row, make another path. Where
/// a written component and a `{name}` both match, the written one wins.
package struct RoutingTable: Sendable {
  /// What answers a path, and what the `{names}` of its route stand for, still percent-encoded.
  package struct Match {
    var responder: PathResponder
    package var parameters: [String: Substring]
  }

  private struct Entry {
    var components: [Substring]
    var responder: PathResponder
  }

  /// Those with names, ordered so that the first that matches is the one that answers.
  private let patterns: [Entry]
  private let literals: [String: PathResponder]

  /// - Parameter maximumBody: bytes of a request's body.
  package init(_ routes: [Route], maximumBody: Int) {
    var patterns: [Entry] = []
    var literals: [String: PathResponder] = [:]
    for (path, routes) in Dictionary(grouping: routes, by: \.path) {
      let responder = PathResponder(routes: routes, maximumBody: maximumBody)
      if path.contains("{") {
        patterns.append(Entry(components: Self.components(of: path), responder: responder))
      } else {
        literals[path] = responder
      }
    }
    // "{" sorts behind all that a path is written with.
    self.patterns = patterns.sorted { $0.components.lexicographicallyPrecedes($1.components) }
    self.literals = literals
  }

  package func match(_ path: String) -> Match? {
    if let responder = literals[path] { return Match(responder: responder, parameters: [:]) }
    let components = Self.components(of: path)
    for pattern in patterns where pattern.components.count == components.count {
      if let parameters = Self.parameters(of: pattern.components, in: components) {
        return Match(responder: pattern.responder, parameters: parameters)
      }
    }
    return nil
  }

  private static func parameters(of pattern: [Substring], in components: [Substring]) -> [String: Substring]? {
    var parameters: [String: Substring] = [:]
    for (expected, found) in zip(pattern, components) {
      if expected.hasPrefix("{"), expected.hasSuffix("}"), !found.isEmpty {
        parameters[String(expected.dropFirst().dropLast())] = found
      } else if expected != found {
        return nil
      }
    }
    return parameters
  }

  private static func components(of path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }
}
