/// The fields of a JSON object from outside. Whatever is missing, of another type or out of range is refused with its
/// name and what is allowed. A field that is null counts as missing.
public struct JSONObject: Hashable, Sendable {
  private let fields: [String: JSONValue]

  /// Throws `.badMessage` with what is wrong with the text.
  public init(parsing bytes: [UInt8]) throws(SignallingError) {
    let value: JSONValue
    do throws(JSONReader.Failure) {
      value = try JSONReader.read(bytes)
    } catch {
      throw SignallingError(.badMessage, "This is to be a JSON object in UTF-8, and \(error.reason).")
    }
    guard case .object(let fields) = value else {
      throw SignallingError(.badMessage, "This is to be a JSON object.")
    }
    self.fields = fields
  }

  private init(_ fields: [String: JSONValue]) { self.fields = fields }

  /// Refuses every field but those.
  public func refuseOthers(than names: [String]) throws(SignallingError) {
    guard let other = fields.keys.filter({ !names.contains($0) }).min() else { return }
    let allowed = names.isEmpty ? "there is none" : "there is \(names.joined(separator: ", "))"
    throw SignallingError(.badMessage, "There is no field \(Self.shown(other)); \(allowed).")
  }

  public func string(_ name: String) throws(SignallingError) -> String {
    guard let value = try optionalString(name) else { throw missing(name) }
    return value
  }

  public func optionalString(_ name: String) throws(SignallingError) -> String? {
    switch fields[name] {
    case nil, .null: nil
    case .string(let text): text
    default: throw wrong(name, "a string")
    }
  }

  public func optionalBool(_ name: String) throws(SignallingError) -> Bool? {
    switch fields[name] {
    case nil, .null: nil
    case .bool(let value): value
    default: throw wrong(name, "true or false")
    }
  }

  public func object(_ name: String) throws(SignallingError) -> JSONObject {
    switch fields[name] {
    case nil, .null: throw missing(name)
    case .object(let fields): JSONObject(fields)
    default: throw wrong(name, "an object")
    }
  }

  public func integer(_ name: String, in range: ClosedRange<Int>) throws(SignallingError) -> Int {
    guard let value = try optionalInteger(name, in: range) else { throw missing(name) }
    return value
  }

  /// - Parameter range: within what a Double counts exactly.
  public func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(SignallingError) -> Int? {
    switch fields[name] {
    case nil, .null: return nil
    case .number(let number):
      guard let integer = Int(exactly: number), range.contains(integer) else { fallthrough }
      return integer
    default: throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  /// A number of any size.
  public func number(_ name: String) throws(SignallingError) -> Double {
    switch fields[name] {
    case nil, .null: throw missing(name)
    case .number(let number) where number.isFinite: number
    default: throw wrong(name, "a number")
    }
  }

  public func number(_ name: String, in range: ClosedRange<Int>) throws(SignallingError) -> Double {
    guard let number = try? self.number(name), number >= Double(range.lowerBound), number <= Double(range.upperBound)
    else {
      if fields[name] ?? .null == .null { throw missing(name) }
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private func missing(_ name: String) -> SignallingError {
    SignallingError(.badMessage, "The field \(name) is missing.")
  }

  private func wrong(_ name: String, _ allowed: String) -> SignallingError {
    SignallingError(.badMessage, "The field \(name) is to be \(allowed).")
  }

  /// A name from outside in a sentence: what is long or no plain letter is not repeated.
  private static func shown(_ name: String) -> String {
    let isPlain = name.utf8.count <= 32 && name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    return isPlain ? name : "of that name"
  }
}
