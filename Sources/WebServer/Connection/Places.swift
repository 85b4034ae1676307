import Fairness
import Synchronization

/// Hands out the places of one kind, connections or sockets, fairly among the machines that ask for them.
///
/// Safe to use from any thread. `FairShares` decides; this tells the one that gives way.
package final class Places: Sendable {
  private struct State {
    var shares: FairShares<UInt64>
    /// What ends a member that gives way.
    var endings: [UInt64: @Sendable () -> Void] = [:]
    var last: UInt64 = 0
  }

  private let state: Mutex<State>

  /// - Parameter reserved: places beyond the others, for the privileged.
  package init(_ places: Int, reserved: Int) {
    state = Mutex(State(shares: FairShares(places: places, reserved: reserved)))
  }

  /// A place for a newcomer from `source`, pending at first; nil when nobody gives way to it.
  ///
  /// - Parameter giveWay: ends the newcomer, once, when another takes its place; called on the thread of that one.
  package func take(
    from source: Source, isPrivileged: Bool, giveWay: @escaping @Sendable () -> Void
  ) -> Place? {
    let (place, ending) = state.withLock { state -> (Place?, (@Sendable () -> Void)?) in
      state.last += 1
      let member = state.last
      let verdict = state.shares.admit(member, from: source, isPrivileged: isPrivileged)
      if case .refused = verdict { return (nil, nil) }
      state.endings[member] = giveWay
      guard case .replaces(let other) = verdict else { return (Place(member, of: self), nil) }
      return (Place(member, of: self), state.endings.removeValue(forKey: other))
    }
    ending?()
    return place
  }

  fileprivate func change(_ body: (inout FairShares<UInt64>) -> Void) { state.withLock { body(&$0.shares) } }

  fileprivate func holds(_ member: UInt64) -> Bool { state.withLock { $0.shares.contains(member) } }

  fileprivate func release(_ member: UInt64) {
    state.withLock { state in
      state.shares.remove(member)
      state.endings[member] = nil
    }
  }
}

/// A member's hold on its place. Every method may be called from any thread, also when the place has gone to another.
package final class Place: Sendable {
  private let member: UInt64
  private let places: Places

  fileprivate init(_ member: UInt64, of places: Places) {
    self.member = member
    self.places = places
  }

  /// False once it was released or another has taken it.
  package var isHeld: Bool { places.holds(member) }

  /// Whoever holds it is of use now, or is not any more; either way it was active.
  package func establish(_ isEstablished: Bool = true) { places.change { $0.establish(member, isEstablished) } }

  /// Gives way to nobody from now on, as far as there are reserved places.
  package func privilege() { places.change { $0.privilege(member) } }

  package func release() { places.release(member) }
}
