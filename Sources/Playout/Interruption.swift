import Synchronization

/// Breaks off what blocks in libav: an open or a read.
package final class Interruption: Sendable {
  private let flag = Atomic(false)
  private let parent: Interruption?

  /// - Parameter parent: interrupts this one too.
  package init(parent: Interruption? = nil) { self.parent = parent }

  package func raise() { flag.store(true, ordering: .relaxed) }

  package var isRaised: Bool { flag.load(ordering: .relaxed) || parent?.isRaised == true }
}
