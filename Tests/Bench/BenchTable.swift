import Foundation

/// One line of the table: what was measured, against what, and how far it had to reach.
struct BenchRow: Sendable {
  var name: String
  var figure: String
  var peer: String
  var reach: String
  /// Nil where there is nothing to reach.
  var isReached: Bool?

  var verdict: String {
    switch isReached {
    case true?: "reached"
    case false?: "NOT REACHED"
    case nil: ""
    }
  }
}

/// The table that `make bench` prints.
enum BenchTable {
  static func text(_ rows: [BenchRow]) -> String {
    let head = ["bench", "Cupola", "beside it", "reach", ""]
    let lines = [head] + rows.map { [$0.name, $0.figure, $0.peer, $0.reach, $0.verdict] }
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.enumerated().map { index, cells in
      let padded = zip(cells, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
      let line = padded.joined(separator: "  ")
      guard index == 0 else { return line }
      return line + "\n" + widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// The machine that a figure was measured on.
enum Machine {
  static var description: String {
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ name: String) -> String {
      cpu.split(separator: "\n").first { $0.hasPrefix(name) }?
        .split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "?"
    }
    let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "?"
    return "\(field("model name")) (family \(field("cpu family")), model \(field("model"))), "
      + "\(ProcessInfo.processInfo.activeProcessorCount) cores, Linux \(kernel.trimmingCharacters(in: .newlines))"
  }
}

/// Order statistics.
extension Array where Element == Double {
  /// The value below which `fraction` of the samples lie (nearest rank); nan of nothing.
  func percentile(_ fraction: Double) -> Double {
    guard !isEmpty else { return .nan }
    let ordered = sorted()
    return ordered[Swift.min(count - 1, Swift.max(0, Int((fraction * Double(count)).rounded(.up)) - 1))]
  }

  var median: Double { percentile(0.5) }

  /// The medians of the first and of the last fifth: what has become of it.
  var medianOfFirstAndLastFifth: (first: Double, last: Double) {
    let part = Swift.max(1, count / 5)
    return (Array(prefix(part)).median, Array(suffix(part)).median)
  }
}

extension Double {
  /// "3.1" with `digits` behind the point.
  func text(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
