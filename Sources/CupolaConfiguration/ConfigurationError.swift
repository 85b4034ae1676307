/// One thing that is wrong with a configuration, and where.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// From 1; nil: the file as a whole.
  public var line: Int?
  /// From 1.
  public var column: Int?
  /// The path of the key, such as `presets[2].fov`; empty at the top.
  public var key: String
  /// What is wrong and what is allowed.
  public var message: String

  public init(file: String, line: Int? = nil, column: Int? = nil, key: String = "", message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.key = key
    self.message = message
  }

  /// "cupola.yaml:12:8: presets[2].fov: 300 is out of range (10 to 150 degrees)".
  public var description: String {
    let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
    return "\(file)\(place): " + (key.isEmpty ? message : "\(key): \(message)")
  }
}

/// Everything that is wrong with a configuration, in the order of the file; never empty.
public struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
  public var errors: [ConfigurationError]

  /// One error a line.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
