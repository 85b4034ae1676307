/// What is shown to whom: the presets, the programme's preset, and who looks out of one of their own.
///
/// Pure: commands of clients go in, effects come out. The ways in (WebSocket, REST, WHEP) only translate.
public struct Programme: Sendable {
  public private(set) var presets: PresetList
  /// The preset that the programme shows.
  public private(set) var preset: UInt8
  /// Counts what everybody is told; grows with each change of it.
  public private(set) var revision: UInt64 = 0
  /// The preset that a client chose; who is not in here follows the programme.
  private var choices: [ClientID: UInt8] = [:]

  /// - Parameter preset: what the programme shows; home where there is no such preset.
  public init(presets: PresetList, preset: UInt8? = nil) {
    self.presets = presets
    self.preset = preset.flatMap { presets[$0]?.number } ?? presets.home
  }

  /// Whether the client sees what the programme shows.
  public func isFollowing(_ client: ClientID) -> Bool { choices[client] == nil }

  /// What the client is to see.
  public func preset(of client: ClientID) -> UInt8 { choices[client] ?? preset }

  /// The client begins with a preset of its own; with nil it follows.
  public mutating func choose(_ preset: UInt8?, for client: ClientID) throws(Refusal) {
    guard let preset else { return choices[client] = nil }
    guard presets[preset] != nil else { throw .unknownPreset }
    choices[client] = preset
  }

  /// Nothing is known of the client any more.
  public mutating func forget(_ client: ClientID) { choices[client] = nil }

  /// What everybody is told has changed.
  public mutating func advance() { revision += 1 }

  /// - Parameter items: how many the playlist has.
  public mutating func perform(
    _ command: Command, by client: Client, items: Int
  ) throws(Refusal) -> [Effect] {
    guard client.role == .operator || !command.needsOperator else { throw .notOperator }
    switch command {
    case .goto(let number, .me):
      try choose(number, for: client.id)
      return [.choice(client.id)]
    case .goto(let number, .programme):
      guard presets[number] != nil else { throw .unknownPreset }
      preset = number
      return [.changed(.programme, to: "\(number)"), .programme(number)]
    case .follow:
      choices[client.id] = nil
      return [.choice(client.id)]
    case .playlist(.go(let index)) where !(0..<items).contains(index): throw .unknownItem(count: items)
    case .playlist(let command): return [.changed(.playlist, to: "\(command)"), .playlist(command)]
    case .transport(let command): return [.changed(.transport, to: "\(command)"), .transport(command)]
    case .setPreset(let new):
      presets.set(new)
      return [.changed(.preset, to: "\(new.number)"), .presets]
    case .removePreset(let number):
      return [.changed(.preset, to: "none at \(number)")] + (try remove(number))
    }
  }

  /// Makes the presets these: at least one.
  public mutating func replace(presets new: [Preset]) -> [Effect] {
    guard !new.isEmpty else { return [] }
    for preset in new { presets.set(preset) }
    let kept = Set(new.map(\.number))
    var effects: [Effect] = []
    for preset in presets.ordered where !kept.contains(preset.number) {
      effects += (try? remove(preset.number)) ?? []
    }
    return effects.filter { $0 != .presets } + [.presets]
  }

  /// Those who chose the preset follow again.
  private mutating func remove(_ number: UInt8) throws(Refusal) -> [Effect] {
    try presets.remove(number)
    let left = choices.filter { $0.value == number }.keys
    for client in left { choices[client] = nil }
    let isProgramme = preset == number
    if isProgramme { preset = presets.home }
    return left.map(Effect.choice) + (isProgramme ? [.programme(preset)] : []) + [.presets]
  }
}
