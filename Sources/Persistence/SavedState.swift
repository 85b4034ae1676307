import Foundation
import Media
import SansIO

/// What Cupola has to know again after it was switched off at the wall: the item, the position, the programme's preset.
///
/// The file is a line `cupola-state 1 CHECKSUM` and a line of JSON. The checksum (64-bit FNV-1a of the JSON) tells a
/// file that a failing disk has changed; the version one that another Cupola has written.
public struct SavedState: Hashable, Sendable, Codable {
  /// The path or URL of the item that was on last; nil: none has been. It stays while the test card is on instead.
  public var item: MediaLocation?
  /// Its place in the playlist.
  public var index = 0
  /// Seconds.
  public var position = 0.0
  public var programme: UInt8?
  /// How often Cupola has been started here.
  public var starts: UInt64 = 0
  /// How often it had not been stopped properly before: killed, crashed, or switched off at the wall.
  public var uncleanStarts: UInt64 = 0
  /// Whether it was stopped properly.
  public var isClean = false

  private static let version = 1
  private static let magic = "cupola-state"

  public init() {}

  public enum Damage: Error, Hashable, CustomStringConvertible {
    case empty
    case cutOff
    case otherVersion(String)
    case changed

    public var description: String {
      switch self {
      case .empty: "it is empty"
      case .cutOff: "it is cut off, or no state file at all"
      case .otherVersion(let version): "it is of version \(version.prefix(16))"
      case .changed: "what it says is not what was written"
      }
    }
  }

  /// Reads the text of a file.
  public init(text: String) throws(Damage) {
    guard !text.isEmpty else { throw .empty }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let head = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard lines.count == 3, lines[2].isEmpty, head.count == 3, head[0] == Self.magic else { throw .cutOff }
    guard head[1] == "\(Self.version)" else { throw .otherVersion(String(head[1])) }
    guard head[2] == Self.checksum(lines[1]) else { throw .changed }
    guard let state = try? JSONDecoder().decode(Self.self, from: Data(lines[1].utf8)), state.isSensible else {
      throw .changed
    }
    self = state
  }

  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only numbers that are none cannot be encoded, and `isSensible` keeps them out.
    let json = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    return "\(Self.magic) \(Self.version) \(Self.checksum(json[...]))\n\(json)\n"
  }

  /// What the next run begins with, as soon as it has begun.
  public func started() -> SavedState {
    var next = self
    next.starts &+= 1
    if starts > 0, !isClean { next.uncleanStarts &+= 1 }
    next.isClean = false
    return next
  }

  private var isSensible: Bool {
    (0...1e9).contains(position) && (0...1_000_000).contains(index)
  }

  /// In hexadecimal.
  private static func checksum(_ text: Substring) -> String {
    String(FNV1a.hash(text.utf8), radix: 16)
  }
}
