import Media
import Synchronization

/// What the display's thread and all others tell each other.
package final class DisplayExchange: Sendable {
  package struct State {
    /// Pictures that the thread has not taken yet.
    package var inbox: [ArrivedPicture] = []
    /// Those that newer ones took the place of before it did.
    package var overrun: UInt64 = 0
    /// Whether there is a programme; without one the slate is shown.
    package var hasProgramme = false
    package var wish = DisplayWish()
    package var report: DisplayReport
    package var scene: Scene?
  }

  /// How many pictures wait for the thread; it takes them all each time.
  private static let most = 3

  package let state: Mutex<State>
  private let wakeup: DisplayWakeup

  package init(_ wakeup: DisplayWakeup) {
    self.wakeup = wakeup
    state = Mutex(State(report: DisplayReport()))
  }

  /// Changes the state and lets the thread look at it.
  package func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
    wakeup.raise()
  }

  package func offer(_ picture: ArrivedPicture) {
    change { state in
      state.hasProgramme = true
      if state.inbox.count == Self.most {
        state.inbox.removeFirst()
        state.overrun += 1
      }
      state.inbox.append(picture)
    }
  }
}

/// What is wanted of a display.
package struct DisplayWish: Sendable {
  package struct Line: Sendable {
    package var text: String
    package var seconds: Double

    package init(text: String, seconds: Double) {
      self.text = text
      self.seconds = seconds
    }
  }

  package var isOn = true
  package var slate = Slate(name: "")
  /// A line that was put on and that the thread has not taken yet; one without text ends the one that is on.
  package var line: Line?
  package var rate: Double?
  package var isClosed = false
}
