/// A device that is an operator by a token of its own.
public struct OperatorDevice: Hashable, Sendable, Codable {
  /// Names it for people and programs; no secret.
  public var id: String
  public var name: String
  /// Of the token's bytes.
  public var hash: [UInt8]
  /// Seconds since 1970.
  public var added: Int64
  public var used: Int64

  public init(id: String, name: String, hash: [UInt8], added: Int64, used: Int64) {
    self.id = id
    self.name = name
    self.hash = hash
    self.added = added
    self.used = used
  }

  public static let maximumName = 64

  /// A name as it can be shown and logged: one line, not too long, never empty.
  static func tidy(_ name: String) -> String {
    var tidy = ""
    for scalar in name.unicodeScalars.prefix(4 * maximumName) {
      let isShown =
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && !scalar.properties.isDefaultIgnorableCodePoint
        && !(0x2028...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
      tidy.unicodeScalars.append(isShown ? scalar : " ")
    }
    let words = tidy.split(separator: " ").joined(separator: " ").prefix(maximumName)
    return words.isEmpty ? "unnamed" : String(words)
  }
}

/// The devices of one appliance, of which there is a bounded number.
struct OperatorDevices: Sendable {
  static let maximum = 100

  private(set) var all: [OperatorDevice]

  init(_ devices: [OperatorDevice]) { all = Array(devices.suffix(Self.maximum)) }

  func contains(_ id: String) -> Bool { all.contains { $0.id == id } }

  mutating func use(hash: [UInt8], date: Int64) -> OperatorDevice? {
    guard let index = all.firstIndex(where: { $0.hash == hash }) else { return nil }
    all[index].used = date
    return all[index]
  }

  mutating func add(_ device: OperatorDevice) {
    if all.count >= Self.maximum, let oldest = all.indices.min(by: { all[$0].used < all[$1].used }) {
      all.remove(at: oldest)
    }
    all.append(device)
  }

  mutating func remove(_ id: String) -> Bool {
    guard let index = all.firstIndex(where: { $0.id == id }) else { return false }
    all.remove(at: index)
    return true
  }
}
