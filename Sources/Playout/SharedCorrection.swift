import Media
import Synchronization

/// By how much the stamps of an item are moved from where one of its tracks began to count anew: what that track's
/// repair tells those of the others, which may run on other threads.
package final class SharedCorrection: Sendable {
  private let state = Mutex<(number: Int, correction: MediaTime)?>(nil)

  package init() {}

  /// The last correction, and its number from 1 on; nil before the first.
  package var latest: (number: Int, correction: MediaTime)? { state.withLock { $0 } }

  /// - Returns: the number of this one.
  package func tell(_ correction: MediaTime) -> Int {
    state.withLock { state in
      let number = (state?.number ?? 0) + 1
      state = (number, correction)
      return number
    }
  }
}
