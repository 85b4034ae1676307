import FFmpeg
import Heartbeats
import Media
import SphericalVideo

/// The player's thread: one short turn after another, each of which ends with what to wait for.
final class PlayerLoop {
  let links: PlayerLinks
  var configuration: PlayerConfiguration
  var requests: ItemRequests
  var preparation = Preparation.none
  var stage: PlayerStage
  var motion = PlayerMotion.playing

  /// The item whose frames are being decoded; ahead of the one that is on by the frames of the schedule.
  var decoding: ActiveItem?
  /// The item whose frame is on.
  var showing: ActiveItem?
  var schedule: FrameSchedule
  private var stepCost = StepCost()
  private(set) var audience = Audience()
  var told = Told()

  /// What the state and the events have said.
  struct Told {
    var counters = PlayerState.Counters()
    var decoder: DecoderStatus?
    /// Whether the end was told and nothing has started since.
    var end = false
  }

  /// How long the start waits for the first item before the test card comes on.
  static let patience = MediaTime(seconds: 1)
  /// An item that gives nothing to decode for so long is over. A read that is late ends by itself after four seconds; one
  /// that hangs in the kernel does not.
  static let readPatience = MediaTime(seconds: 6)

  init(configuration: PlayerConfiguration, links: PlayerLinks) {
    self.configuration = configuration
    self.links = links
    let opener = ItemOpener(
      configuration: configuration, clock: links.clock, journal: links.environment.journal,
      open: links.environment.open, events: links.events)
    requests = ItemRequests(opener: opener, links: links)
    schedule = FrameSchedule(maximumFramerate: configuration.maximumFramerate)
    stage = .opening(patience: links.clock.now + Self.patience)
  }

  var clock: any PlayoutClock { links.clock }

  /// Runs until stopped.
  func run(from start: ResumePoint?) {
    if let start {
      let item = PlaylistItem(start.url)
      request(.item(item, index: start.index), purpose: .resume(start))
    } else {
      request(.first, purpose: .jump(seek: nil))
    }
    while !links.stopping.isRaised {
      links.heartbeat.expectUnlessExpected(by: clock.monotonic(clock.now))
      let deadline = turn()
      if let deadline, deadline <= clock.now { continue }
      if let rest { links.heartbeat.rest(rest) }
      clock.wait(until: deadline, or: links.wakeup)
    }
    links.heartbeat.rest(.stopped)
  }

  /// Why nothing has to come out of this thread before somebody asks for it, or something has opened or been read.
  private var rest: Heartbeat.Rest? {
    if case .paused = motion { return .paused }
    if stage == .ended { return .playlistOver }
    guard schedule.head == nil else { return nil }
    return decoding?.waitingSince == nil ? .opening : .reading
  }

  /// Does what is most urgent; returns when there will be something to do again (nil: when somebody wakes the thread).
  private func turn() -> MediaTime? {
    takeInbox()
    let now = clock.now
    if let head = schedule.head, motion.isPreviewing || (motion.isPlaying && head.due <= now) {
      show(head, at: now)
      return now
    }
    if preparesNext { requestFollowing() }
    warmUp()
    rescan(at: now)
    requests.retry(at: now)
    if decode(at: now) { return now }
    if decoding?.hasEnded != false, proceed(at: now) { return now }
    let planned = Self.earlier(stage.deadline, requests.retry)
    let reading = decoding?.waitingSince.map { $0 + Self.readPatience }
    return Self.earlier(motion.isPlaying ? schedule.head?.due : nil, Self.earlier(planned, reading))
  }

  private static func earlier(_ one: MediaTime?, _ other: MediaTime?) -> MediaTime? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  private func takeInbox() {
    let (commands, answers) = links.inbox.withLock { inbox in
      told.counters.droppedCommands = inbox.droppedCommands
      audience.update(from: inbox)
      return inbox.take()
    }
    for (request, answer) in answers { adopt(answer, of: request) }
    for command in commands { obey(command) }
    requests.returned(answers.count)
  }

  // MARK: - Decoding

  private func hasTimeToDecode(at now: MediaTime) -> Bool {
    guard motion.isPlaying, let head = schedule.head else { return true }
    return head.due - now > stepCost.time
  }

  /// A step of the item that is on, unless enough of it is decoded; whether something came of it.
  private func decode(at now: MediaTime) -> Bool {
    guard let item = decoding, let source = item.source, schedule.frames.count < schedule.capacity(of: item),
      hasTimeToDecode(at: now)
    else { return false }
    do throws(MediaError) {
      switch try step(item, source) {
      case .working: break
      case .waiting: return waited(for: item, at: now)
      case .notSought: item.seek = item.search?.isAsked == true ? .found : .none
      case .frame(let frame): accept(frame, of: item)
      case .end: end(item, error: nil)
      }
    } catch {
      end(item, error: error)
    }
    item.waitingSince = nil
    return true
  }

  /// There is nothing to decode yet. Whether that was too long.
  private func waited(for item: ActiveItem, at now: MediaTime) -> Bool {
    let since = item.waitingSince ?? now
    item.waitingSince = since
    guard now - since >= Self.readPatience else { return false }
    end(item, error: .timedOut)
    return true
  }

  private func step(_ item: ActiveItem, _ source: any FrameSource) throws(MediaError) -> SourceStep {
    let start = clock.now
    defer {
      let cost = clock.now - start
      told.counters.decodeTime = told.counters.decodeTime + cost
      stepCost.took(cost, of: item)
      told.counters.decodeErrors += UInt64(source.decodeErrors - item.decodeErrors)
      item.decodeErrors = source.decodeErrors
    }
    source.isWatched = !motion.isPlaying || item.search != nil || audience.isAwake
    return try source.step()
  }

  func accept(_ frame: SourceFrame, of item: ActiveItem) {
    item.frames += 1
    item.reached = frame.position + frame.duration
    told.counters.decoded += 1
    beat()
    guard var search = item.search else { return append(frame, of: item) }
    switch search.take(frame) {
    case .goOn:
      item.seek = .underway(search)
      item.source?.isSparing = search.isSparing
    case .again:
      item.source?.isSparing = false
      item.source?.seek(to: search.place)
      item.seek = .underway(search)
    case .found(let frames):
      item.source?.isSparing = false
      item.seek = search.isAsked ? .found : .none
      for frame in frames { append(frame, of: item) }
    }
  }

  /// Gives a frame its time, unless the part of the item that is played is over.
  func append(_ frame: SourceFrame, of item: ActiveItem) {
    guard !item.hasEnded else { return }
    if let stop = item.item?.part.stop, frame.position >= stop { return stopped(item) }
    item.advance(to: frame.position)
    if !schedule.append(frame, of: item) { told.counters.droppedFast += 1 }
  }

  /// The next frame has to be out when the first of those that wait is due, or a frame's time from now.
  private func beat() {
    let next = schedule.head?.due ?? clock.now + (showing?.period ?? .zero)
    links.heartbeat.beat(next: clock.monotonic(max(next, clock.now)))
  }

  // MARK: - Publishing

  private func show(_ head: QueuedFrame, at now: MediaTime) {
    var due = head.due
    if case .previewing(let since) = motion {
      motion = .paused(since: since)
    } else {
      let verdict = LatePolicy.verdict(
        due: due, now: now, period: head.period, hasNewer: schedule.frames.count > 1,
        lastPublished: schedule.published?.at)
      switch verdict {
      case .publish: break
      case .drop:
        schedule.removeFirst()
        told.counters.droppedLate += 1
        return
      case .publishAndReanchor:
        move(by: now - due)
        due = now
        told.counters.reanchored += 1
      }
    }
    schedule.removeFirst()
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
    let frame = head.item.timedFrame(head.frame, due)
    schedule.publish(due: due, at: now)
    told.counters.published += 1
    // A frame that a device kept, for nobody watched when it was decoded, is passed over.
    let isVisible = head.frame.hasSamples
    if isVisible { links.current.set(frame) }
    beat()
    let hasAudience = audience.offer(frame, isVisible: isVisible)
    if let decoding { spare(decoding, lateness: now - due, hasAudience: hasAudience) }
    tell(of: head)
  }

  private func tell(of head: QueuedFrame) {
    let isNew = showing !== head.item
    let isAnother = isNew && (showing?.item != head.item.item || showing?.index != head.item.index)
    showing = head.item
    links.shared.state.withLock { state in
      state.position = head.frame.position
      state.counters = told.counters
      state.queued = schedule.frames.count
      if isNew { head.item.describe(into: &state) }
      if let decoder = head.frame.decoder {
        state.decoder = decoder.name
        state.decoderReason = decoder.reason
      }
    }
    if let decoder = head.frame.decoder, decoder != told.decoder {
      told.decoder = decoder
      links.events(.decoding(decoder))
    }
    if case .found = head.item.seek {
      head.item.seek = .none
      links.events(.sought)
    }
    guard isNew, isAnother || told.end, let item = head.item.item else { return }
    told.end = false
    links.events(.started(item, index: head.item.index))
  }

  /// Moves all that is not out yet by `shift`.
  func move(by shift: MediaTime) { schedule.move(by: shift, items: [showing, decoding]) }
}
