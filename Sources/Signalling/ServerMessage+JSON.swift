import FoundationEssentials

extension ServerMessage: Encodable {
  /// The message as JSON in UTF-8, keys in alphabetical order; numbers that JSON cannot say are null.
  public func encoded() -> [UInt8] { Self.json(self) }

  /// Any value of this module as JSON, in the same form as in the messages.
  public static func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Fails on NaN and infinity only, which `encode(finite:)` keeps out.
    return (try? encoder.encode(value)).map(Array.init) ?? Array("{}".utf8)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .welcome(let welcome):
      try container.encode("welcome", forKey: .type)
      try container.encodeIfPresent(welcome.id, forKey: .id)
      try container.encode("cupola.v1", forKey: .protocol)
      try container.encode(welcome.session, forKey: .session)
      try container.encode(welcome.role, forKey: .role)
      try container.encode(welcome.name, forKey: .name)
      try container.encode(welcome.preset, forKey: .preset)
      try container.encode(welcome.following, forKey: .following)
      try container.encode(welcome.rev, forKey: .rev)
      try container.encode(welcome.limits, forKey: .limits)
      try welcome.state.encode(to: encoder)
    case .answer(let id, let answer):
      try container.encode("answer", forKey: .type)
      try container.encodeIfPresent(id, forKey: .id)
      try container.encode(answer.sdp, forKey: .sdp)
      try container.encode(answer.codec, forKey: .codec)
      try container.encode(answer.preset, forKey: .preset)
      try container.encode(answer.following, forKey: .following)
      try container.encode(wanted: answer.wanted, insteadOf: answer.preset)
    case .state(let rev, let state):
      try container.encode("state", forKey: .type)
      try container.encode(rev, forKey: .rev)
      try state.encode(to: encoder)
    case .patch(let rev, let changes):
      try container.encode("patch", forKey: .type)
      try container.encode(rev, forKey: .rev)
      try changes.encode(to: encoder)
    case .presetChanged(let id, let change):
      try container.encode("preset/changed", forKey: .type)
      try container.encodeIfPresent(id, forKey: .id)
      try container.encode(change.preset, forKey: .preset)
      try container.encode(change.scope, forKey: .scope)
      try container.encodeIfPresent(change.rtpTimestamp, forKey: .rtpTimestamp)
      try container.encode(change.following, forKey: .following)
      try container.encode(wanted: change.wanted, insteadOf: change.preset)
    case .itemChanged(let item):
      try container.encode("item/changed", forKey: .type)
      try container.encode(item, forKey: .item)
    case .health(let health):
      try container.encode("health", forKey: .type)
      try health.encode(to: encoder)
    case .error(let error):
      try container.encode("error", forKey: .type)
      try container.encodeIfPresent(error.id, forKey: .id)
      try container.encode(error.code.rawValue, forKey: .code)
      try container.encode(error.message, forKey: .message)
      try container.encodeIfPresent(error.retryAfter, forKey: .retryAfter)
    case .clock(let frames):
      try container.encode("clock", forKey: .type)
      // A pair a frame: there are many, and every viewer gets them.
      try container.encode(frames.map { [Double($0.rtpTimestamp), $0.time] }, forKey: .frames)
    case .pong(let id, let time):
      try container.encode("pong", forKey: .type)
      try container.encodeIfPresent(id, forKey: .id)
      try container.encode(finite: time, forKey: .time)
    case .bye(let reason, let retryAfter):
      try container.encode("bye", forKey: .type)
      try container.encode(reason, forKey: .reason)
      if let retryAfter { try container.encode(finite: retryAfter, forKey: .retryAfter) }
    }
  }

  fileprivate enum Key: String, CodingKey {
    case type, id, `protocol`, session, role, name, preset, following, rev, limits, sdp, codec, scope, rtpTimestamp,
      item
    case code, message, time, frames, reason, retryAfter, wanted
  }
}

extension KeyedEncodingContainer<ServerMessage.Key> {
  /// What was asked for, and why it is not what is shown; nothing where it is.
  fileprivate mutating func encode(wanted: UInt8, insteadOf preset: UInt8) throws {
    guard wanted != preset else { return }
    try encode(wanted, forKey: .wanted)
    try encode(SignallingError.Code.encoderLimit.rawValue, forKey: .reason)
  }
}

extension KeyedEncodingContainer {
  /// Infinities and NaN, which JSON does not have, become null.
  mutating func encode(finite value: Double?, forKey key: Key) throws {
    if let value, value.isFinite { try encode(value, forKey: key) } else { try encodeNil(forKey: key) }
  }
}

extension ApplianceState: Encodable {
  public func encode(to encoder: any Encoder) throws {
    let whole = StateChanges(
      presets: presets, programme: programme, item: item, viewers: viewers, skipped: skipped, notice: .some(notice))
    try whole.encode(to: encoder)
  }
}

extension StateChanges: Encodable {
  private enum Key: String, CodingKey { case presets, programme, item, viewers, skipped, notice }
  private enum ProgrammeKey: String, CodingKey { case preset }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(presets, forKey: .presets)
    if let programme {
      var nested = container.nestedContainer(keyedBy: ProgrammeKey.self, forKey: .programme)
      try nested.encode(programme, forKey: .preset)
    }
    try container.encodeIfPresent(item, forKey: .item)
    try container.encodeIfPresent(viewers, forKey: .viewers)
    try container.encodeIfPresent(skipped, forKey: .skipped)
    if let notice { try container.encode(notice, forKey: .notice) }
  }
}

extension ItemStatus: Encodable {
  private enum Key: String, CodingKey { case name, index, count, position, duration, paused, testCard, shape }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(index, forKey: .index)
    try container.encode(count, forKey: .count)
    try container.encode(finite: position, forKey: .position)
    try container.encode(finite: duration, forKey: .duration)
    try container.encode(paused, forKey: .paused)
    try container.encode(testCard, forKey: .testCard)
    try container.encodeIfPresent(shape, forKey: .shape)
  }
}
