/// Writes Prometheus' text format (version 0.0.4).
public struct MetricsText {
  /// A sample's labels and value.
  public typealias Sample = (labels: [(String, String)], value: Double)

  public private(set) var text = ""

  public init() {}

  public mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    write(name, help, "gauge", [([], value)])
  }

  public mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
    write(name, help, "gauge", samples)
  }

  public mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    write(name, help, "counter", [([], Double(value))])
  }

  public mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
    write(name, help, "counter", samples)
  }

  public mutating func counter(_ name: String, _ help: String, label: String, _ samples: [(String, UInt64)]) {
    write(name, help, "counter", samples.map { ([(label, $0.0)], Double($0.1)) })
  }

  private mutating func write(_ name: String, _ help: String, _ kind: String, _ samples: [Sample]) {
    // A name without a sample would be a promise without a thing.
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      text += labels.isEmpty ? name : "\(name){\(labels)}"
      text += " \(Self.number(sample.value))\n"
    }
  }

  /// Whole numbers without a point: counters stay exact as long as a Double is.
  private static func number(_ value: Double) -> String {
    value.magnitude < 9e15 && value == value.rounded() ? "\(Int64(value))" : "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case _ where character.isNewline: escaped += "\\n"
      default: escaped.append(character)
      }
    }
  }
}
