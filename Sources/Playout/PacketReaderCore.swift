import FFmpeg
import Media
import Synchronization
import Threads

/// What a packet reader shares with its thread, which may outlive it by a read that blocks.
final class PacketReaderCore: Sendable {
  private struct State {
    var queues: PacketQueues<Result<PacketBox, MediaError>>
    /// Where reading is to go on; there until it does.
    var place: (place: PacketReader.Place, number: Int)?
    var moves = 0
    /// Whether the last move has come about; there until somebody is told.
    var outcome: Bool?
    var stage = Stage.reading
    var isClosed = false
    var isIdle = false
    /// Somebody found nothing, and waits.
    var isAwaited = false
    var wakeup: Wakeup?
    var hasThread = false
  }

  private enum Stage {
    case reading
    case end
    case failed(MediaError)
  }

  private enum Task {
    case read
    case move(PacketReader.Place, number: Int)
    case close
  }

  private let state: Monitor<State>
  private let source: PacketSource
  /// The tracks that are read: the place of each is that of its queue.
  private let tracks: [Int]

  init(_ source: PacketSource, tracks: [Int], limits: PacketLimits) {
    self.source = source
    self.tracks = tracks
    state = Monitor(State(queues: PacketQueues(tracks: tracks.count, limits: limits)))
  }

  func start(waking wakeup: Wakeup) {
    let isNew = state.withLock { state in
      state.wakeup = wakeup
      defer { state.hasThread = true }
      return !state.hasThread
    }
    guard isNew else { return }
    if WorkerThread(name: "read", body: { [self] in run() }) == nil { state.withLock { $0.hasThread = false } }
  }

  func close() { state.update { $0.isClosed = true } }

  func move(to place: PacketReader.Place) {
    state.update { state in
      state.moves += 1
      state.place = (place, state.moves)
      state.outcome = nil
    }
  }

  func next(of track: Int) -> PacketReader.Next {
    while true {
      let (next, hasThread, wakes) = state.withLock { state in
        let next = Self.next(of: track, in: &state)
        // The thread is woken when it has something to do again, not for every packet.
        return (next, state.hasThread, state.isIdle && Self.task(in: &state) != nil)
      }
      if wakes { state.update { $0.isIdle = false } }
      if case .pending = next, !hasThread {
        guard let task = state.withLock({ Self.task(in: &$0) }) else { return next }
        perform(task)
      } else {
        return next
      }
    }
  }

  private static func next(of track: Int, in state: inout State) -> PacketReader.Next {
    if state.place == nil {
      if let outcome = state.outcome.take() { return .positioned(outcome) }
      switch state.queues.take(from: track) {
      case .success(let packet): return .packet(packet)
      case .failure(let error): return .damaged(error)
      case nil: break
      }
      switch state.stage {
      case .end: return .end
      case .failed(let error): return .failed(error)
      case .reading: if state.queues.isStarved(track) { return .starved }
      }
    }
    state.isAwaited = true
    return .pending
  }

  private static func task(in state: inout State) -> Task? {
    if state.isClosed { return .close }
    if let (place, number) = state.place { return .move(place, number: number) }
    guard case .reading = state.stage, state.queues.wantsMore() else { return nil }
    return .read
  }

  /// The thread.
  private func run() {
    while true {
      let task = state.wait(for: { state -> Task? in
        let task = Self.task(in: &state)
        state.isIdle = task == nil
        return task
      })
      guard let task else { continue }
      if case .close = task { return }
      perform(task)
    }
  }

  private func perform(_ task: Task) {
    switch task {
    case .close: change { $0.stage = .failed(.interrupted) }
    case .read: read()
    case .move(let place, let number): move(to: place, number: number)
    }
  }

  private func read() {
    do throws(MediaError) {
      guard let packet = try source.read() else { return change { $0.stage = .end } }
      change { append(packet, to: &$0.queues) }
    } catch {
      change { state in
        if case .damaged = error {
          state.queues.append(.failure(error), bytes: 0, to: 0)
        } else {
          state.stage = .failed(error)
        }
      }
    }
  }

  private func move(to place: PacketReader.Place, number: Int) {
    var found: PacketBox?
    var hasMoved = true
    do throws(MediaError) {
      found = try source.move(to: place) { state.withLock { $0.moves == number && !$0.isClosed } }
    } catch {
      hasMoved = false
    }
    change { state in
      guard state.moves == number else { return }
      state.place = nil
      state.outcome = hasMoved
      guard hasMoved else { return }
      state.queues.removeAll()
      state.stage = .reading
      if let found { append(found, to: &state.queues) }
    }
  }

  private func append(_ packet: PacketBox, to queues: inout PacketQueues<Result<PacketBox, MediaError>>) {
    guard let track = tracks.firstIndex(of: packet.packet.track) else { return }
    queues.append(.success(packet), bytes: packet.packet.byteCount, to: track)
  }

  /// Changes the state, and wakes who found nothing before.
  private func change(_ body: (inout State) -> Void) {
    let wakeup = state.withLock { state -> Wakeup? in
      body(&state)
      defer { state.isAwaited = false }
      return state.isAwaited ? state.wakeup : nil
    }
    wakeup?.raise()
  }
}
