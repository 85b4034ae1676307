import FFmpeg
import Heartbeats
import Media
import SphericalVideo

/// The player's thread: one short turn after another, each of which ends with what to wait for.
final class PlayerLoop {
  var configuration: PlayerConfiguration
  let environment: Player.Environment
  let clock: any PlayoutClock
  let inbox: Monitor<PlayerInbox>
  let wakeup: Wakeup
  let shared: SharedState
  let current: CurrentFrame
  let heartbeat: Heartbeat
  let stopping: Interruption
  let events: @Sendable (PlayerEvent) -> Void
  let opener: ItemOpener

  /// The item whose frames are being decoded; ahead of the one that is on by the frames of the queue.
  var decoding: ActiveItem?
  /// The item whose frame is on.
  var showing: ActiveItem?
  /// Decoded frames that are not due yet, in order.
  var queue: [QueuedFrame] = []
  var timeline = MediaTimeline()
  var cap: FramerateCap
  var preparation = Preparation.none
  var requests = 0
  /// The last request, while it waits for an opener.
  var waiting: WaitingRequest?
  /// How many openers are at work.
  var openers = 0
  /// When to look for a thread for an opener again.
  var openerRetry: MediaTime?
  /// When frames before this position of the item are only decoded, for the sake of those that refer to them.
  var skipUntil: MediaTime?

  /// nil while playing.
  var pausedAt: MediaTime?
  /// A frame is to be shown in spite of the pause: the first one after a jump.
  var wantsPreview = false
  var hasEnded = false
  /// Whether the end was told and nothing has started since.
  var saidEnd = false
  /// When to look at the sources again, while the test card is on.
  var nextScan: MediaTime?
  /// When the test card comes on if nothing is open by then.
  var patienceEnds: MediaTime?

  /// When the last frame was due, and when it went out.
  var lastPublished: (due: MediaTime, at: MediaTime)?
  /// What decoding one step takes; a step is not begun when a frame is due sooner.
  private var stepCost = MediaTime.zero
  private var receivers: [any FrameReceiver] = []
  private var receiversVersion = -1
  private var lastDecoder: DecoderStatus?
  var counters = PlayerState.Counters()

  /// How long the start waits for the first item before the test card comes on.
  static let patience = MediaTime(seconds: 1)
  /// The next item is opened when this much of the one that is on is left.
  static let preparationTime = MediaTime(seconds: 5)
  /// One may hang on a dead disk or network while another opens what is wanted instead.
  static let maximumOpeners = 2
  static let openerRetryInterval = MediaTime(seconds: 1)
  /// So long before the frame that was sought, every frame is decoded: longer than decoders reorder frames.
  static let exactWithin = MediaTime(seconds: 1.5)
  /// Memory for frames decoded ahead, two of 4K with 8 bits; at least two, at most four frames. More would push what the
  /// decoder refers to out of the processor's cache, which costs more than it evens out.
  static let queueBytes = 24 << 20

  init(
    configuration: PlayerConfiguration, environment: Player.Environment, inbox: Monitor<PlayerInbox>, wakeup: Wakeup,
    shared: SharedState, current: CurrentFrame, heartbeat: Heartbeat, stopping: Interruption,
    events: @escaping @Sendable (PlayerEvent) -> Void
  ) {
    self.configuration = configuration
    self.environment = environment
    clock = environment.clock
    self.inbox = inbox
    self.wakeup = wakeup
    self.shared = shared
    self.current = current
    self.heartbeat = heartbeat
    self.stopping = stopping
    self.events = events
    opener = ItemOpener(
      configuration: configuration, clock: environment.clock, journal: environment.journal, open: environment.open,
      events: events)
    cap = FramerateCap(framerate: configuration.maximumFramerate)
  }

  /// Runs until stopped.
  func run(from start: ResumePoint?) {
    patienceEnds = clock.now + Self.patience
    if let start {
      let item = PlaylistItem(name: Playlist.name(of: start.url), url: start.url)
      request(.item(item, index: start.index), purpose: .resume(start))
    } else {
      request(.first, purpose: .jump(seek: nil))
    }
    while !stopping.isRaised {
      heartbeat.expectUnlessExpected(by: clock.monotonic(clock.now))
      let deadline = turn()
      if let deadline, deadline <= clock.now { continue }
      if let rest { heartbeat.rest(rest) }
      clock.wait(until: deadline, or: wakeup)
    }
    heartbeat.rest(.stopped)
  }

  /// Why nothing has to come out of this thread before somebody asks for it, or something has opened.
  private var rest: Heartbeat.Rest? {
    if pausedAt != nil, !wantsPreview { return .paused }
    if hasEnded { return .playlistOver }
    return queue.isEmpty ? .opening : nil
  }

  /// Does what is most urgent; returns when there will be something to do again (nil: when somebody wakes the thread).
  private func turn() -> MediaTime? {
    takeInbox()
    let now = clock.now
    if let head = queue.first, wantsPreview || (pausedAt == nil && head.due <= now) {
      show(head, at: now)
      return now
    }
    if preparesNext { requestFollowing() }
    rescan(at: now)
    if let time = openerRetry, now >= time { startOpener() }
    if let decoding, let source = decoding.source, queue.count < queueCapacity(of: decoding), hasTimeToDecode(at: now) {
      decode(decoding, source)
      return now
    }
    if decoding?.hasEnded != false, proceed(at: now) { return now }
    let planned = Self.earlier(nextScan, Self.earlier(patienceEnds, openerRetry))
    return Self.earlier(pausedAt == nil ? queue.first?.due : nil, planned)
  }

  private static func earlier(_ one: MediaTime?, _ other: MediaTime?) -> MediaTime? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  private func takeInbox() {
    let version = receiversVersion
    let (commands, outcomes, receivers) = inbox.withLock { inbox in
      let (commands, outcomes) = inbox.take()
      counters.droppedCommands = inbox.droppedCommands
      guard inbox.receiversVersion != version else { return (commands, outcomes, nil as [any FrameReceiver]?) }
      receiversVersion = inbox.receiversVersion
      return (commands, outcomes, inbox.receivers)
    }
    if let receivers { self.receivers = receivers }
    openers -= outcomes.count
    for (request, outcome) in outcomes { adopt(outcome, of: request) }
    for command in commands { obey(command) }
    if !outcomes.isEmpty { startOpener() }
  }

  // MARK: - Decoding

  private func queueCapacity(of item: ActiveItem) -> Int {
    if item.description.isTestCard { return 1 }
    guard let bytes = queue.last?.bytes else { return 2 }
    return min(max(Self.queueBytes / max(bytes, 1), 2), 4)
  }

  private func hasTimeToDecode(at now: MediaTime) -> Bool {
    guard pausedAt == nil, let head = queue.first else { return true }
    return head.due - now > stepCost
  }

  private func decode(_ item: ActiveItem, _ source: any FrameSource) {
    let start = clock.now
    defer {
      let cost = clock.now - start
      counters.decodeTime = counters.decodeTime + cost
      // Rises at once, falls slowly, and is never so long that nothing would be decoded ahead.
      let fallen = MediaTime(nanoseconds: stepCost.nanoseconds * 15 / 16)
      stepCost = min(max(cost, fallen), MediaTime(nanoseconds: item.description.frameDuration.nanoseconds / 4))
    }
    defer {
      counters.decodeErrors += UInt64(source.decodeErrors - item.decodeErrors)
      item.decodeErrors = source.decodeErrors
    }
    source.isWatched = pausedAt != nil || skipUntil != nil || receivers.contains(where: \.isAwake)
    do throws(MediaError) {
      switch try source.step() {
      case .working: break
      case .frame(let frame): accept(frame, of: item)
      case .end: end(item, error: nil)
      }
    } catch {
      end(item, error: error)
    }
  }

  private func accept(_ frame: SourceFrame, of item: ActiveItem) {
    item.frames += 1
    item.reached = frame.position + frame.duration
    counters.decoded += 1
    beat()
    if let skipUntil {
      // Frames that no other needs are not wanted on the way there; those near the end of it may be on screen.
      item.source?.isSparing = frame.position + Self.exactWithin < skipUntil
      guard frame.position + MediaTime(nanoseconds: frame.duration.nanoseconds / 2) >= skipUntil else { return }
      self.skipUntil = nil
    }
    item.advance(to: frame.position)
    let due = timeline.place(position: frame.position, duration: frame.duration)
    guard cap.admits(due) else {
      counters.droppedFast += 1
      return
    }
    queue.append(QueuedFrame(frame: frame, due: due, item: item))
  }

  /// The next frame has to be out when the first of those that wait is due, or a frame's time from now.
  private func beat() {
    let next = queue.first?.due ?? clock.now + (showing?.period ?? .zero)
    heartbeat.beat(next: clock.monotonic(max(next, clock.now)))
  }

  // MARK: - Publishing

  private func show(_ head: QueuedFrame, at now: MediaTime) {
    var due = head.due
    if wantsPreview {
      wantsPreview = false
    } else {
      let verdict = LatePolicy.verdict(
        due: due, now: now, period: head.period, hasNewer: queue.count > 1, lastPublished: lastPublished?.at)
      switch verdict {
      case .publish: break
      case .drop:
        queue.removeFirst()
        counters.droppedLate += 1
        return
      case .publishAndReanchor:
        move(by: now - due)
        due = now
        counters.reanchored += 1
      }
    }
    queue.removeFirst()
    publish(head, due: due, at: now)
  }

  /// With nobody to see them, or too late as it is, frames that others do not refer to are not even decoded.
  private func spare(_ item: ActiveItem, lateness: MediaTime, hasAudience: Bool) {
    guard let source = item.source else { return }
    let period = item.period
    // Once late, it goes on until there is time again.
    let limit = source.isSparing ? period : period + period + period
    let isSparing = !hasAudience || lateness > limit
    if source.isSparing != isSparing { source.isSparing = isSparing }
  }

  private func publish(_ head: QueuedFrame, due: MediaTime, at now: MediaTime) {
    let frame = head.item.timedFrame(head.frame.frame, due)
    lastPublished = (due, now)
    counters.published += 1
    // A frame that a device kept, for nobody watched when it was decoded, is passed over.
    let isVisible = head.frame.frame.hasSamples
    if isVisible { current.set(frame) }
    beat()
    var hasAudience = false
    for receiver in receivers where receiver.isAwake {
      hasAudience = true
      if isVisible { receiver.offer(frame) }
    }
    if let decoding { spare(decoding, lateness: now - due, hasAudience: hasAudience) }
    let isNew = showing !== head.item
    let isAnother = isNew && showing?.item != head.item.item
    showing = head.item
    shared.state.withLock { state in
      state.position = head.frame.position
      state.counters = counters
      state.queued = queue.count
      if isNew { head.item.describe(into: &state) }
      if let decoder = head.frame.decoder {
        state.decoder = decoder.name
        state.decoderReason = decoder.reason
      }
    }
    if let decoder = head.frame.decoder, decoder != lastDecoder {
      lastDecoder = decoder
      events(.decoding(decoder))
    }
    if head.item.isSought {
      head.item.isSought = false
      events(.sought)
    }
    guard isNew, isAnother || saidEnd, let item = head.item.item else { return }
    saidEnd = false
    events(.started(item, index: head.item.index))
  }

  /// Moves all that is not out yet by `shift`.
  func move(by shift: MediaTime) {
    timeline.move(by: shift)
    for index in queue.indices { queue[index].due = queue[index].due + shift }
  }
}
