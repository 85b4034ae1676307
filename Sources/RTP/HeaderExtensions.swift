/// The header extensions that a sender writes, in the one-byte form (RFC 8285 section 4.2).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |       0xBE    |    0xDE       |           length in words     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  ID   | L=2   |  MIN (12 bits)  MAX (12 bits)                 |  playout-delay, 0 and 0
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  ID   | L=n-1 |  mid, n bytes …               |  padding      |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
public struct HeaderExtensions: Sendable {
  /// The longest that they become, in bytes.
  public static let maximumLength = 16
  /// The longest `mid` that is sent; a longer one is left out, which BUNDLE of one m-section with its SSRC allows.
  static let maximumMidLength = 7

  /// For the first packets: everything. Empty when nothing was negotiated.
  let all: [UInt8]
  /// For key frames later on: only the playout delay.
  let playoutDelay: [UInt8]

  /// Prepares the bytes.
  ///
  /// - Parameters:
  ///   - playoutDelayID: the negotiated ID of `http://www.webrtc.org/experiments/rtp-hdrext/playout-delay`, 1–14.
  ///   - midID: the negotiated ID of `urn:ietf:params:rtp-hdrext:sdes:mid` (RFC 8843), 1–14.
  ///   - mid: the media section's identification.
  public init(playoutDelayID: UInt8?, midID: UInt8?, mid: String) {
    var delay: [UInt8] = []
    if let id = playoutDelayID, (1...14).contains(id) { delay = [id << 4 | 2, 0, 0, 0] }
    var name: [UInt8] = []
    if let id = midID, (1...14).contains(id), (1...Self.maximumMidLength).contains(mid.utf8.count) {
      name = [id << 4 | UInt8(truncatingIfNeeded: mid.utf8.count - 1)] + mid.utf8
    }
    all = Self.block(delay + name)
    playoutDelay = Self.block(delay)
  }

  private static func block(_ elements: [UInt8]) -> [UInt8] {
    if elements.isEmpty { return [] }
    let words = (elements.count + 3) / 4
    return [0xBE, 0xDE, 0, UInt8(truncatingIfNeeded: words)] + elements
      + Array(repeating: 0, count: words * 4 - elements.count)
  }
}
