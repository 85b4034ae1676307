import Yams

/// Reads YAML nodes and collects what is wrong, so that one run names every mistake.
final class ConfigurationReader {
  let file: String
  private(set) var errors: [ConfigurationError] = []

  init(file: String) { self.file = file }

  func report(_ node: Node?, _ key: String, _ message: String) {
    errors.append(
      ConfigurationError(file: file, line: node?.mark?.line, column: node?.mark?.column, key: key, message: message))
  }

  /// The entries of a mapping; keys other than `allowed` are errors that name the nearest one and all.
  func mapping(_ node: Node, _ key: String, allowed: [String]) -> [String: Node] {
    guard let mapping = node.mapping else {
      report(node, key, "expected keys and values (\(allowed.joined(separator: ", ")))")
      return [:]
    }
    var entries: [String: Node] = [:]
    for (nameNode, value) in mapping {
      guard let name = nameNode.string, allowed.contains(name) else {
        let name = nameNode.string ?? "?"
        let near = allowed.min { distance($0, name) < distance($1, name) }.flatMap {
          distance($0, name) <= 3 ? $0 : nil
        }
        let hint = near.map { "did you mean \($0)? " } ?? ""
        report(nameNode, Self.path(key, name), "unknown key; \(hint)allowed are \(allowed.joined(separator: ", "))")
        continue
      }
      if entries.updateValue(value, forKey: name) != nil {
        report(nameNode, Self.path(key, name), "stands here twice")
      }
    }
    return entries
  }

  func sequence(_ node: Node, _ key: String, of what: String) -> [Node]? {
    guard let sequence = node.sequence else {
      report(node, key, "expected a list of \(what)")
      return nil
    }
    guard sequence.count <= 10_000 else {
      report(node, key, "has \(sequence.count) entries (10000 at most)")
      return nil
    }
    return Array(sequence)
  }

  func strings(_ node: Node, _ key: String, of what: String) -> [String]? {
    sequence(node, key, of: what)?.enumerated().compactMap { string($1, "\(key)[\($0)]") }
  }

  func string(_ node: Node, _ key: String) -> String? {
    guard let text = node.scalar?.string, !text.isEmpty, text.utf8.count <= 4096 else {
      report(node, key, "expected a text (1 to 4096 bytes)")
      return nil
    }
    return text
  }

  func bool(_ node: Node, _ key: String) -> Bool? {
    guard let value = node.bool else {
      report(node, key, "\(shown(node)) is neither true nor false")
      return nil
    }
    return value
  }

  func integer(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = node.scalar?.string, let value = Int(text) else {
      report(node, key, "\(shown(node)) is not a whole number (\(range.lowerBound) to \(range.upperBound))")
      return nil
    }
    guard range.contains(value) else {
      report(node, key, "\(value) is out of range (\(range.lowerBound) to \(range.upperBound))")
      return nil
    }
    return value
  }

  func degrees(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Double? {
    number(node, key, of: "degrees", in: range)
  }

  func seconds(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Double? {
    number(node, key, of: "seconds", in: range)
  }

  private func number(_ node: Node, _ key: String, of unit: String, in range: ClosedRange<Int>) -> Double? {
    let allowed = "\(range.lowerBound) to \(range.upperBound) \(unit)"
    guard let text = node.scalar?.string, let value = Double(text), value.isFinite else {
      report(node, key, "\(shown(node)) is not a number of \(unit) (\(allowed))")
      return nil
    }
    guard Double(range.lowerBound)...Double(range.upperBound) ~= value else {
      report(node, key, "\(text) is out of range (\(allowed))")
      return nil
    }
    return value
  }

  /// A rate such as 4M, 800k or 2500000, in bits a second.
  func bitrate(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Int? {
    let text = node.scalar?.string ?? ""
    let scale = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9][text.suffix(1)]
    guard let number = Double(scale == nil ? text[...] : text.dropLast()), number.isFinite else {
      report(node, key, "\(shown(node)) is not a bit rate (such as 4M or 800k)")
      return nil
    }
    let bits = number * (scale ?? 1)
    guard Double(range.lowerBound)...Double(range.upperBound) ~= bits else {
      report(node, key, "\(text) is out of range (\(range.lowerBound / 1000)k to \(range.upperBound / 1_000_000)M)")
      return nil
    }
    return Int(bits)
  }

  func shown(_ node: Node) -> String { node.scalar.map { "\"\($0.string.prefix(40))\"" } ?? "a list or a mapping" }

  static func path(_ parent: String, _ key: String) -> String { parent.isEmpty ? key : "\(parent).\(key)" }

  /// Levenshtein's edit distance.
  private func distance(_ lhs: String, _ rhs: String) -> Int {
    let right = Array(rhs.prefix(64))
    var row = Array(0...right.count)
    for (i, character) in lhs.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in right.indices {
        let cost = min(diagonal + (character == right[j] ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[right.count]
  }
}
