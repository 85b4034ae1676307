/// Puts the payloads of one coded picture together again.
protocol Depacketizer: Sendable {
  /// Appends the next payload in order; false when it is malformed.
  mutating func append(_ payload: ArraySlice<UInt8>) -> Bool
  /// Gives out what was put together and begins the next picture; nil when that is no whole picture.
  mutating func finish() -> (data: [UInt8], isKeyFrame: Bool)?
  /// Forgets what was put together.
  mutating func reset()
}
