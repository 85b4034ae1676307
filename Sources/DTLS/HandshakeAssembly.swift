/// Handshake messages that come in pieces.
///
/// Bounded in messages, in bytes and in holes; of too many, the oldest is forgotten, for its sender sends it again.
struct HandshakeAssembly {
  static let maximumOpen = 8
  static let maximumHoles = 16

  private struct Open {
    var message: HandshakeMessage
    var holes: [Range<Int>]
  }

  private var open: [Open] = []

  /// Takes a fragment of a message whose length the caller has found bearable; gives the message that it completes.
  mutating func add(_ fragment: HandshakeFragment) -> HandshakeMessage? {
    if fragment.isWhole {
      return HandshakeMessage(type: fragment.type, sequence: fragment.sequence, body: fragment.body)
    }
    var index = open.firstIndex {
      $0.message.type == fragment.type && $0.message.sequence == fragment.sequence
        && $0.message.body.count == fragment.length
    }
    if index == nil {
      if open.count == Self.maximumOpen { open.removeFirst() }
      let message = HandshakeMessage(
        type: fragment.type, sequence: fragment.sequence, body: Array(repeating: 0, count: fragment.length))
      open.append(Open(message: message, holes: [0..<fragment.length]))
      index = open.count - 1
    }
    guard let index else { return nil }
    open[index].message.body.replaceSubrange(fragment.range, with: fragment.body)
    open[index].holes = open[index].holes.flatMap { hole in
      [
        hole.lowerBound..<min(max(fragment.offset, hole.lowerBound), hole.upperBound),
        max(min(fragment.range.upperBound, hole.upperBound), hole.lowerBound)..<hole.upperBound,
      ].filter { !$0.isEmpty }
    }
    if open[index].holes.isEmpty { return open.remove(at: index).message }
    if open[index].holes.count > Self.maximumHoles { open.remove(at: index) }
    return nil
  }

  mutating func removeAll() { open = [] }
}
