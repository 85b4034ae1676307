import RTP

/// Which streams may be encoded at a time, when more are wished for than the machine has room for.
///
/// The programme's streams come first; a place is kept for one of them even while nobody watches it. The other places go
/// to those who asked first, and who has one keeps it while somebody wants it. Everybody else is shown the nearest stream
/// that has a place, in the codec that was agreed on, until there is room.
package struct EncoderPlaces: Sendable {
  /// How many streams there may be; 1 at least.
  package var limit: Int {
    didSet { limit = max(1, limit) }
  }
  /// Those that have a place, the programme's first.
  package private(set) var granted: [StreamID] = []

  package init(limit: Int) { self.limit = max(1, limit) }

  /// Gives the places out anew.
  ///
  /// - Parameter wishes: what is wished for, the oldest wish first.
  package mutating func grant(_ wishes: [StreamID], programme: UInt8) {
    var seen: Set<StreamID> = []
    let wished = wishes.filter { seen.insert($0).inserted }
    // Who has a place comes before those who wait.
    let inOrder = granted.filter(seen.contains) + wished.filter { !granted.contains($0) }
    let own = inOrder.filter { $0.preset == programme }.prefix(limit)
    let others = inOrder.filter { $0.preset != programme }.prefix(limit - max(1, own.count))
    granted = Array(own + others)
    // Who can have nothing in its codec has the programme, as long as there is a place.
    for codec in Set(wished.map(\.codec)).sorted() where granted.count < limit {
      if !granted.contains(where: { $0.codec == codec }) { granted.append(StreamID(preset: programme, codec: codec)) }
    }
  }

  /// What to show who wishes for `stream`: that, or the nearest of its codec; nil: nothing in its codec has a place.
  ///
  /// - Parameter angle: between the directions of two presets, in degrees.
  package func stream(for wish: StreamID, angle: (UInt8, UInt8) -> Double) -> StreamID? {
    if granted.contains(wish) { return wish }
    return granted.filter { $0.codec == wish.codec }.min {
      // Presets that face each other are equally far from those between them: the lower number, whoever asks.
      let (first, second) = (angle($0.preset, wish.preset).rounded(), angle($1.preset, wish.preset).rounded())
      return (first, $0.preset) < (second, $1.preset)
    }
  }

  /// Those that have a place, and of the streams that viewers are about to leave as many as there is room for besides: the
  /// others stand still until the next one is there.
  package func awake(leaving: Set<StreamID>) -> Set<StreamID> {
    let rest = leaving.subtracting(granted).sorted { ($0.preset, $0.codec) < ($1.preset, $1.codec) }
    return Set(granted + rest.prefix(limit - granted.count))
  }

  /// How many streams a machine encodes in time.
  ///
  /// A core projects and encodes three streams of 1280x720 at 30 frames a second in software, as far as they are cheap to
  /// encode; two are counted, since the player, the network and hard pictures want theirs. With a device that encodes, four:
  /// the rest of the work stays. Larger pictures and higher rates count in proportion.
  ///
  /// - Parameter pixels: of a stream, a second.
  /// - Returns: 2 at least, so that there is more than the programme.
  package static func automatic(cores: Int, pixels: Int, deviceEncodes: Bool) -> Int {
    let usual = 1280 * 720 * 30
    return min(max(2, cores * (deviceEncodes ? 4 : 2) * usual / max(pixels, 1)), 256)
  }
}
