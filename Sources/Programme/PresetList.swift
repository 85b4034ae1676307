/// The presets that there are, by number. Never empty: without presets there would be nothing to show.
public struct PresetList: Hashable, Sendable {
  private var byNumber: [UInt8: Preset]

  /// - Parameter presets: one at least; of several with a number the last counts.
  public init(_ presets: [Preset]) {
    precondition(!presets.isEmpty)
    byNumber = Dictionary(presets.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
  }

  public subscript(number: UInt8) -> Preset? { byNumber[number] }

  /// In the order of their numbers.
  public var ordered: [Preset] { byNumber.values.sorted { $0.number < $1.number } }

  /// What is shown when nobody chose: number 0, or the lowest there is.
  public var home: UInt8 { byNumber.keys.min() ?? 0 }

  /// The preset of that number or, failing that, of that name.
  public func find(_ text: String) -> Preset? {
    if let number = UInt8(text), let preset = byNumber[number] { return preset }
    return ordered.first { $0.name == text }
  }

  mutating func set(_ preset: Preset) { byNumber[preset.number] = preset }

  /// Throws `.unknownPreset`, or `.lastPreset` when it is the only one.
  mutating func remove(_ number: UInt8) throws(Refusal) {
    guard byNumber[number] != nil else { throw .unknownPreset }
    guard byNumber.count > 1 else { throw .lastPreset }
    byNumber[number] = nil
  }
}
