import Fairness
import Logging
import Programme

/// Who does something that others see.
struct Author: Sendable {
  var source: Source
  /// Of the device, or that it was the PIN; empty: no operator.
  var name: String

  fileprivate func metadata(_ what: Logger.Metadata) -> Logger.Metadata {
    var metadata = what
    metadata["source"] = "\(source)"
    if !name.isEmpty { metadata["device"] = "\(name)" }
    return metadata
  }
}

extension Change {
  fileprivate var sentence: Logger.Message {
    switch self {
    case .programme: "The programme was switched"
    case .preset: "A preset was changed"
    case .playlist: "The playlist was moved on"
    case .transport: "Playback was changed"
    case .operators: "The operators were changed"
    }
  }
}

/// How somebody came to watch.
enum Entrance: String, CaseIterable, Sendable { case page, whep }

/// What people did since the start.
struct Activity: Sendable {
  private(set) var changes: [Change: UInt64] = [:]
  private(set) var joins: [Entrance: UInt64] = [:]

  mutating func count(_ change: Change) { changes[change, default: 0] += 1 }
  mutating func count(_ entrance: Entrance) { joins[entrance, default: 0] += 1 }
}

extension Appliance {
  /// Somebody changes what others see.
  func note(_ change: Change, _ what: String, by author: Author) {
    told.activity.count(change)
    publish()
    log.info(change.sentence, metadata: author.metadata(["to": "\(what)"]))
  }

  /// Somebody watches from now on.
  func noteJoin(_ viewer: some CustomStringConvertible, by entrance: Entrance, _ author: Author) {
    told.activity.count(entrance)
    publish()
    log.info("Somebody joins", metadata: author.metadata(["viewer": "\(viewer)"]))
  }
}
