import Media

/// A picture on its way to the screen.
package struct ArrivedPicture: Sendable {
  package var picture: Picture
  /// On the media time line, in nanoseconds.
  package var time: Int64
  /// When it is due, in nanoseconds of CLOCK_MONOTONIC.
  package var due: Int64
  /// When it came.
  package var arrival: Int64

  package init(picture: Picture, time: Int64, due: Int64, arrival: Int64) {
    self.picture = picture
    self.time = time
    self.due = due
    self.arrival = arrival
  }
}

/// What is drawn onto a screen that is set, and when it is flipped to.
///
/// The old picture stays until the new one is there. A picture that stays is flipped to again each second: it costs
/// nothing, and tells whether the card and its master are still what they were.
final class ScreenSurface {
  /// A picture that stays is flipped to again after this.
  static let stillInterval: Int64 = 1_000_000_000
  /// A flip that has not completed by then is lost, whatever the driver thinks of it; and a card that is busy for so long
  /// with nothing of ours.
  static let flipLimit: Int64 = 1_000_000_000
  /// How many pictures wait; the oldest gives way.
  private static let most = 3

  struct CompletedFlip {
    /// Of its picture, in nanoseconds; nil where it was none's.
    var age: Int64?
  }

  private struct Waiting {
    var picture: ArrivedPicture
    var target: Int64
    var buffer: ScanoutBuffer?
  }

  private let device: any DisplayDevice
  private(set) var schedule: FlipSchedule
  private var buffers: ScreenBuffers
  private var waiting: [Waiting] = []
  /// What is to be shown as soon as possible, beside the rhythm: a slate, or an overlay over what is there.
  private var wanted: Scene?
  var overlays: [Overlay] = []
  private var serial: UInt64
  private var lastFlip: Int64
  private var busySince: Int64?
  private var retry: Int64?
  /// What it takes to draw a picture.
  private var drawingTime: Int64 = 0

  /// Takes over a screen that shows a scene since now.
  init(
    _ device: any DisplayDevice, buffers: ScreenBuffers, mode: DisplayMode, counters: FlipSchedule.Counters,
    serial: UInt64
  ) {
    self.device = device
    self.buffers = buffers
    self.serial = serial
    schedule = FlipSchedule(period: mode.refreshPeriod, at: device.now, counters: counters)
    lastFlip = device.now
  }

  /// What is on the screen.
  var scene: Scene? { buffers.front?.scene }

  /// The last number of a flip: those of the next surface go on from there, and events of this one's are then nobody's.
  var lastSerial: UInt64 { serial }

  /// A picture has come, of the screen's size.
  func add(_ picture: ArrivedPicture) {
    guard let target = schedule.place(time: picture.time, ready: picture.arrival + drawingTime) else { return }
    // What was to come on at the same blank, or later, does not any more.
    while let last = waiting.last, last.target >= target || waiting.count >= Self.most {
      leaveOut(last.target >= target ? waiting.count - 1 : 0)
    }
    waiting.append(Waiting(picture: picture, target: target))
    wanted = nil
  }

  /// Shows something else than pictures as soon as possible; those that wait are left out.
  func show(_ scene: Scene) {
    while !waiting.isEmpty { leaveOut(0) }
    schedule.forget()
    wanted = scene
  }

  /// As `show`, unless that is what is on already or on its way.
  func showOnce(_ scene: Scene) {
    if case .drawing = wanted?.base { return wanted = scene }
    show(scene)
  }

  /// Pictures that never came here.
  func count(missed: UInt64) { schedule.counters.missed += missed }

  /// Draws what is there anew, for what lies over it is another.
  func redraw() {
    guard waiting.isEmpty, var scene = wanted ?? buffers.outstanding?.scene ?? buffers.front?.scene else { return }
    scene.overlays = overlays
    wanted = scene
  }

  /// A flip has completed. nil: it was not the one that is outstanding.
  func completed(_ serial: UInt64, _ stamp: FlipStamp) -> CompletedFlip? {
    guard buffers.outstanding?.serial == serial, let flip = buffers.complete() else { return nil }
    schedule.completed(stamp, target: flip.target)
    return CompletedFlip(age: flip.due.map { stamp.time - $0 })
  }

  /// Draws and flips what can be now.
  ///
  /// - Throws: what the card says; `.busy` when a flip is lost.
  func work() throws(DeviceError) {
    try flipIfDue()
    draw()
    try flipIfDue()
  }

  /// When there is something to do again, unless a flip completes before.
  var deadline: Int64 {
    if let flip = buffers.outstanding { return flip.since + Self.flipLimit }
    if let retry { return retry }
    let next = waiting.first { $0.buffer != nil }.map { schedule.blanks.submission(for: $0.target) }
    return min(next ?? .max, lastFlip + Self.stillInterval)
  }

  private func flipIfDue() throws(DeviceError) {
    let now = device.now
    if let flip = buffers.outstanding {
      if now - flip.since >= Self.flipLimit { throw .busy }
      return
    }
    if let retry, now < retry { return }
    // Of pictures whose time has come the newest.
    let reached = schedule.blanks.next(after: now)
    while waiting.count > 1, waiting[1].buffer != nil, waiting[1].target <= reached { leaveOut(0) }
    if let first = waiting.first, let buffer = first.buffer {
      guard now >= schedule.blanks.submission(for: first.target) else { return }
      let scene = Scene(base: .picture(first.picture.picture), overlays: overlays)
      if try flip(to: buffer, scene, target: first.target, due: first.picture.due) { waiting.removeFirst() }
    } else if let scene = wanted, let buffer = buffers.take() {
      unsafe device.withPixels(of: buffer) { unsafe scene.write(into: $0) }
      if try flip(to: buffer, scene) { wanted = nil } else { buffers.giveBack(buffer) }
    } else if now - lastFlip >= Self.stillInterval, let front = buffers.front {
      _ = try flip(to: front.buffer, front.scene)
    }
  }

  /// Whether the card took it.
  private func flip(
    to buffer: ScanoutBuffer, _ scene: Scene, target: Int64? = nil, due: Int64? = nil
  ) throws(DeviceError) -> Bool {
    let now = device.now
    do throws(DeviceError) {
      try device.flip(to: buffer, serial: serial + 1)
    } catch .busy {
      let since = busySince ?? now
      busySince = since
      guard now - since < Self.flipLimit else { throw .busy }
      retry = now + Int64(schedule.blanks.period / 2)
      return false
    }
    serial += 1
    busySince = nil
    retry = nil
    lastFlip = now
    buffers.flipped(.init(buffer: buffer, scene: scene, serial: serial, target: target, due: due, since: now))
    return true
  }

  /// Draws the pictures that wait, as far as there are buffers.
  private func draw() {
    let reached = schedule.blanks.next(after: device.now)
    while waiting.count > 1, waiting[0].buffer == nil, waiting[1].target <= reached { leaveOut(0) }
    for i in waiting.indices where waiting[i].buffer == nil {
      guard let buffer = buffers.take() else { return }
      let begin = device.now
      let scene = Scene(base: .picture(waiting[i].picture.picture), overlays: overlays)
      unsafe device.withPixels(of: buffer) { unsafe scene.write(into: $0) }
      waiting[i].buffer = buffer
      drawingTime = device.now - begin
    }
  }

  private func leaveOut(_ index: Int) {
    if let buffer = waiting.remove(at: index).buffer { buffers.giveBack(buffer) }
    schedule.counters.missed += 1
  }

  /// Gives the buffers back, and says what was counted.
  func end() -> FlipSchedule.Counters {
    buffers.destroy(on: device)
    return schedule.counters
  }
}
