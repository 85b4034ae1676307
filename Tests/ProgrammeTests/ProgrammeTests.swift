import Programme
import Testing

@Suite struct ProgrammeTests {
  private let me = Client(.socket(1))
  private let other = Client(.session("a"))
  private let boss = Client(.socket(9), role: .operator)

  private func programme(showing preset: UInt8? = nil) -> Programme {
    Programme(presets: PresetList((0..<4).map { Preset(number: $0, name: "\($0)") }), preset: preset)
  }

  private static let changing: [Command] = [
    .goto(1, .programme), .playlist(.next), .playlist(.previous), .playlist(.go(to: 0)), .transport(.play),
    .transport(.pause), .transport(.seek(1)), .setPreset(Preset(number: 9, name: "nine")), .removePreset(1),
  ]

  @Test(arguments: changing) func `what others see is changed by operators alone`(command: Command) throws {
    var programme = programme()
    #expect(throws: Refusal.notOperator) { try programme.perform(command, by: me, items: 3) }
    #expect(programme.preset == 0 && programme.presets.ordered.count == 4)
    let effects = try programme.perform(command, by: boss, items: 3)
    guard case .changed = effects.first else {
      Issue.record("it is not noted")
      return
    }
  }

  @Test func `everybody chooses for themselves, and goes back to following`() throws {
    var programme = programme()
    #expect(try programme.perform(.goto(2, .me), by: me, items: 0) == [.choice(me.id)])
    #expect(programme.preset(of: me.id) == 2 && !programme.isFollowing(me.id))
    #expect(programme.preset(of: other.id) == 0 && programme.isFollowing(other.id))
    _ = try programme.perform(.goto(1, .programme), by: boss, items: 0)
    #expect(programme.preset(of: me.id) == 2 && programme.preset(of: other.id) == 1)
    #expect(try programme.perform(.follow, by: me, items: 0) == [.choice(me.id)])
    #expect(programme.preset(of: me.id) == 1 && programme.isFollowing(me.id))
  }

  @Test func `who has gone has chosen nothing`() throws {
    var programme = programme()
    try programme.choose(3, for: me.id)
    programme.forget(me.id)
    #expect(programme.isFollowing(me.id))
  }

  @Test(arguments: [
    (Command.goto(200, .me), Refusal.unknownPreset), (.goto(200, .programme), .unknownPreset),
    (.removePreset(200), .unknownPreset), (.playlist(.go(to: 3)), .unknownItem(count: 3)),
    (.playlist(.go(to: -1)), .unknownItem(count: 3)), (.playlist(.go(to: .max)), .unknownItem(count: 3)),
  ])
  func `what is not there is refused and changes nothing`(command: Command, refusal: Refusal) {
    var programme = programme(showing: 1)
    #expect(throws: refusal) { try programme.perform(command, by: boss, items: 3) }
    #expect(programme.preset == 1 && programme.isFollowing(boss.id) && !refusal.sentence.isEmpty)
  }

  @Test func `a choice that is not there is refused, and the former one holds`() throws {
    var programme = programme()
    try programme.choose(2, for: me.id)
    #expect(throws: Refusal.unknownPreset) { try programme.choose(99, for: me.id) }
    #expect(programme.preset(of: me.id) == 2)
  }

  @Test func `those who chose a preset that goes follow again, and the programme goes home`() throws {
    var programme = programme(showing: 2)
    try programme.choose(2, for: me.id)
    try programme.choose(3, for: other.id)
    let effects = try programme.perform(.removePreset(2), by: boss, items: 0)
    #expect(effects == [.changed(.preset, to: "none at 2"), .choice(me.id), .programme(0), .presets])
    #expect(programme.preset == 0 && programme.isFollowing(me.id) && !programme.isFollowing(other.id))
  }

  @Test func `the last preset stays`() throws {
    var programme = Programme(presets: PresetList([Preset(number: 7, name: "only")]))
    #expect(programme.preset == 7)
    #expect(throws: Refusal.lastPreset) { try programme.perform(.removePreset(7), by: boss, items: 0) }
    #expect(throws: Refusal.unknownPreset) { try programme.perform(.removePreset(8), by: boss, items: 0) }
  }

  @Test func `other presets in place of these`() throws {
    var programme = programme(showing: 3)
    try programme.choose(1, for: me.id)
    let effects = programme.replace(presets: [Preset(number: 1, name: "one"), Preset(number: 8, name: "eight")])
    #expect(effects == [.programme(1), .presets])
    #expect(programme.presets.ordered.map(\.name) == ["one", "eight"] && !programme.isFollowing(me.id))
    #expect(programme.replace(presets: []).isEmpty && programme.presets.ordered.count == 2)
  }

  @Test func `a programme that is not there any more begins at home`() {
    #expect(programme(showing: 99).preset == 0)
    #expect(programme(showing: 3).preset == 3)
  }

  @Test func `a preset is found by its number, then by its name`() {
    let list = PresetList([Preset(number: 1, name: "2"), Preset(number: 2, name: "back")])
    #expect(list.find("2")?.number == 2 && list.find("back")?.number == 2 && list.find("1")?.number == 1)
    #expect(list.find("3") == nil && list.find("") == nil && list.home == 1)
  }
}

@Suite struct PresetTests {
  @Test(arguments: [
    (Preset(number: 0, name: "a", yaw: 361), "yaw"), (Preset(number: 0, name: "a", pitch: -91), "pitch"),
    (Preset(number: 0, name: "a", roll: 181), "roll"), (Preset(number: 0, name: "a", fov: 9), "fov"),
    (Preset(number: 0, name: "a", fov: .nan), "fov"), (Preset(number: 0, name: "a", yaw: .infinity), "yaw"),
    (Preset(number: 0, name: ""), "name"), (Preset(number: 0, name: " a"), "name"),
    (Preset(number: 0, name: "a\u{202E}b"), "name"),
  ])
  func `what is out of range is refused with its name`(preset: Preset, field: String) {
    let error = #expect(throws: Preset.Invalid.self) { try preset.validated() }
    #expect(error?.description.contains(field) == true)
  }

  @Test(arguments: [(180.0, 180.0), (181, -179), (360, 0), (-180, -180), (-181, 179), (-360, 0)])
  func `yaw comes into half a turn either way`(yaw: Double, expected: Double) throws {
    #expect(try Preset(number: 0, name: "a", yaw: yaw).validated().yaw == expected)
  }
}
