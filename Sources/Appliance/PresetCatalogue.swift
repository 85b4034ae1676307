import CupolaConfiguration
import SphericalVideo

/// The presets that there are, by number.
struct PresetCatalogue: Sendable {
  private(set) var presets: [UInt8: CameraPreset]

  /// Never empty: a catalogue without presets has nothing to show.
  init(_ presets: [CameraPreset]) {
    precondition(!presets.isEmpty)
    self.presets = Dictionary(presets.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
  }

  subscript(number: UInt8) -> CameraPreset? { presets[number] }

  /// In the order of their numbers.
  var ordered: [CameraPreset] { presets.values.sorted { $0.number < $1.number } }

  /// What is shown when nobody chose: number 0, or the lowest there is.
  var home: UInt8 { presets.keys.min() ?? 0 }

  /// The preset of that number or, failing that, of that name.
  func find(_ text: String) -> CameraPreset? {
    if let number = UInt8(text), let preset = presets[number] { return preset }
    return ordered.first { $0.name == text }
  }

  mutating func set(_ preset: CameraPreset) { presets[preset.number] = preset }

  /// False: there is no such preset, or it is the last one.
  mutating func remove(_ number: UInt8) -> Bool {
    guard presets.count > 1 else { return false }
    return presets.removeValue(forKey: number) != nil
  }
}
