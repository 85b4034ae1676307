import Programme

/// What every viewer is told of the appliance.
public struct ApplianceState: Hashable, Sendable {
  public var presets: [Preset]
  /// The number of the preset that the programme shows.
  public var programme: UInt8
  public var item: ItemStatus
  /// How many are watching.
  public var viewers: Int
  /// What could not be played; bounded by whoever fills it.
  public var skipped: [SkippedItem]
  /// A sentence for people, such as "No media found: showing the test card".
  public var notice: String?

  public init(
    presets: [Preset], programme: UInt8, item: ItemStatus, viewers: Int = 0, skipped: [SkippedItem] = [],
    notice: String? = nil
  ) {
    self.presets = presets
    self.programme = programme
    self.item = item
    self.viewers = viewers
    self.skipped = skipped
    self.notice = notice
  }

  /// What makes this state of `old`; nil when they are the same.
  public func changes(since old: ApplianceState) -> StateChanges? {
    guard self != old else { return nil }
    return StateChanges(
      presets: presets == old.presets ? nil : presets,
      programme: programme == old.programme ? nil : programme,
      item: item == old.item ? nil : item,
      viewers: viewers == old.viewers ? nil : viewers,
      skipped: skipped == old.skipped ? nil : skipped,
      notice: notice == old.notice ? nil : .some(notice))
  }
}

/// The fields of `ApplianceState` that changed, each whole; nil is unchanged.
public struct StateChanges: Hashable, Sendable {
  public var presets: [Preset]?
  public var programme: UInt8?
  public var item: ItemStatus?
  public var viewers: Int?
  public var skipped: [SkippedItem]?
  /// `.some(nil)`: there is no notice any more.
  public var notice: String??
}

/// The item that plays.
public struct ItemStatus: Hashable, Sendable {
  public var name: String
  /// From 0.
  public var index: Int
  public var count: Int
  /// Seconds from the start of the item, when this was said.
  public var position: Double
  /// Seconds; nil when it is unknown.
  public var duration: Double?
  public var paused: Bool
  public var testCard: Bool
  /// What its picture is taken for; nil before there is one.
  public var shape: ItemShape?

  public init(
    name: String, index: Int, count: Int, position: Double, duration: Double?, paused: Bool, testCard: Bool,
    shape: ItemShape? = nil
  ) {
    self.shape = shape
    self.name = name
    self.index = index
    self.count = count
    self.position = position
    self.duration = duration
    self.paused = paused
    self.testCard = testCard
  }
}

/// What a picture is taken for, in the words of the configuration.
public struct ItemShape: Hashable, Sendable, Codable {
  public var projection: String
  public var stereo: String
  public var eye: String
  /// What that is known by.
  public var origin: String
  /// How sure it is: 0…1.
  public var confidence: Double

  public init(projection: String, stereo: String, eye: String, origin: String, confidence: Double) {
    self.projection = projection
    self.stereo = stereo
    self.eye = eye
    self.origin = origin
    self.confidence = confidence
  }
}

public struct SkippedItem: Hashable, Sendable, Codable {
  public var name: String
  public var reason: String

  public init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
