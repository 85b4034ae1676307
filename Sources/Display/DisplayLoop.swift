import Heartbeats
import Media

/// The display's thread: looks at the connectors, sets what is to be set, and shows what there is.
package final class DisplayLoop {
  /// Between looks at a screen that is there, and while there is none or no card.
  private static let looks: Int64 = 1_000_000_000
  private static let impatientLooks: Int64 = 500_000_000
  /// Events come in bursts: looks have at least this between them.
  private static let leastLook: Int64 = 100_000_000
  /// How many flips may be lost in a row before the card is opened anew.
  private static let mostLost = 2
  private static let mostDelay: Int64 = 30_000_000_000

  let device: any DisplayDevice
  let exchange: DisplayExchange
  let heartbeat: Heartbeat
  private let events: (DisplayEvent) -> Void
  private var content: DisplayContent
  private var watch: ScreenWatch
  private var surface: ScreenSurface?
  /// Counted on surfaces that are gone, and the number of their last flip.
  private var past = (counters: FlipSchedule.Counters(), serial: UInt64(0))
  private var isOpen = false
  private var look = (next: Int64.min, last: Int64.min / 2, isAsked: true)
  private var lost = 0
  private var isSwitchedOff = false

  package init(
    _ configuration: DisplayConfiguration, device: any DisplayDevice, exchange: DisplayExchange, heartbeat: Heartbeat,
    events: @escaping (DisplayEvent) -> Void
  ) {
    self.device = device
    self.exchange = exchange
    self.heartbeat = heartbeat
    self.events = events
    content = DisplayContent(configuration)
    watch = ScreenWatch(connector: configuration.connector, mode: configuration.mode)
  }

  /// One round: what is due is done, then it waits. False when the display is closed.
  package func turn() -> Bool {
    let news = exchange.state.withLock { state in
      defer {
        state.inbox = []
        state.overrun = 0
        state.wish.line = nil
      }
      return state
    }
    if news.wish.isClosed {
      end(.notStarted)
      device.close()
      heartbeat.rest(.stopped)
      return false
    }
    let change = content.take(news, now: device.now)
    if device.now >= look.next || news.wish.isOn == isSwitchedOff { lookAtConnectors(news.wish) }
    if let surface {
      do throws(DeviceError) {
        show(news, change, on: surface)
        try surface.work()
      } catch {
        recover(error)
      }
    }
    for event in device.wait(until: deadline) { handle(event) }
    return true
  }

  private var deadline: Int64 {
    min(look.next, surface?.deadline ?? .max, content.deadline)
  }

  private func handle(_ event: DeviceEvent) {
    switch event {
    case .woken: break
    case .changed:
      look.isAsked = true
      look.next = min(look.next, max(device.now, look.last + Self.leastLook))
    case .flipped(let serial, let stamp):
      guard let surface, let flip = surface.completed(serial, stamp) else { return }
      lost = 0
      heartbeat.beat(next: device.now + ScreenSurface.stillInterval + ScreenSurface.flipLimit)
      let (counters, scene) = (surface.schedule.counters, surface.scene)
      exchange.state.withLock { state in
        state.report.flips = counters.flips
        state.report.repeated = counters.repeated
        state.report.missed = counters.missed
        state.scene = scene
        if case .picture = scene?.base {
          state.report.showsProgramme = true
        } else {
          state.report.showsProgramme = false
        }
        if let age = flip.age { state.report.age = age } else if !state.report.showsProgramme { state.report.age = nil }
      }
    }
  }

  private func show(_ news: DisplayExchange.State, _ change: DisplayContent.Change, on surface: ScreenSurface) {
    guard let screen = watch.screen else { return }
    surface.overlays = content.overlays(for: screen.mode.size)
    surface.count(missed: news.overrun)
    if !news.hasProgramme {
      let isSlate = if case .drawing = surface.scene?.base { true } else { false }
      if change.slate || change.programme || !isSlate { surface.showOnce(content.scene(for: screen.mode.size)) }
    }
    // Those of another size come from a view that does not know of the screen yet.
    for picture in news.inbox where picture.picture.size == screen.mode.size { surface.add(picture) }
    if change.overlays { surface.redraw() }
  }

  // MARK: - Looking

  private func lookAtConnectors(_ wish: DisplayWish) {
    let now = device.now
    isSwitchedOff = !wish.isOn
    look.last = now
    look.next = now + Self.impatientLooks
    defer { look.isAsked = false }
    do throws(DeviceError) {
      if !isOpen {
        try device.open()
        isOpen = true
        look.isAsked = true
      }
      guard wish.isOn else { return try switchOff() }
      // A screen that is there is not asked, for that takes time; where there is none it may be the only way to know.
      let isAsked = look.isAsked || surface == nil || watch.isLineDown
      let connectors = try device.connectors(probing: isAsked)
      var order = watch.look(at: connectors, rate: wish.rate, now: now)
      if order == .disable {
        try device.disable()
        end(.noScreen)
        order = watch.look(at: connectors, rate: wish.rate, now: now)
      }
      if case .keep = order, surface == nil, let screen = watch.screen {
        // It was switched off, or its buffers are gone.
        order = .set(screen.connector, [screen.mode])
      }
      if case .set(let connector, let modes) = order {
        try set(connector, modes)
      } else if surface == nil {
        rest(.noScreen)
      }
      look.next = now + (surface == nil || watch.isLineDown ? Self.impatientLooks : Self.looks)
    } catch {
      recover(error)
    }
  }

  private func set(_ connector: Connector, _ modes: [DisplayMode]) throws(DeviceError) {
    var refused: [DisplayMode] = []
    // What was there before stays on the screen until the new mode is set; its buffers go after that.
    let old = surface
    for mode in modes.prefix(8) {
      do throws(DeviceError) {
        var buffers = try ScreenBuffers(mode.size, on: device)
        let scene = content.scene(for: mode.size)
        do throws(DeviceError) {
          guard let buffer = buffers.take() else { continue }
          unsafe device.withPixels(of: buffer) { unsafe scene.write(into: $0) }
          try device.setMode(mode, on: connector.id, showing: buffer)
          buffers.set(buffer, scene)
        } catch {
          buffers.destroy(on: device)
          throw error
        }
        if let old { past = (old.end(), old.lastSerial) }
        surface = ScreenSurface(
          device, buffers: buffers, mode: mode, counters: past.counters, serial: past.serial)
        let seen = try? device.connectors(probing: false).first { $0.id == connector.id && !$0.modes.isEmpty }
        let screen = SetScreen(connector: seen ?? connector, mode: mode)
        watch.didSet(screen.connector, mode, refused: refused, now: device.now)
        heartbeat.expect(by: device.now + ScreenSurface.stillInterval + ScreenSurface.flipLimit)
        exchange.state.withLock { state in
          state.report.screen = screen
          state.report.isOn = true
          state.report.reason = nil
          state.scene = scene
        }
        events(.shows(screen))
        return
      } catch {
        guard error == .invalid || error == .noMemory else { throw error }
        refused.append(mode)
        if exchange.state.withLock({ $0.report.reason != .noMode }) { events(.refused(mode: mode, error)) }
      }
    }
    if old == nil { rest(.noMode) }
  }

  private func switchOff() throws(DeviceError) {
    if surface != nil { try device.switchOff() }
    end(.switchedOff)
    rest(.switchedOff)
  }

  // MARK: - Ending

  /// The card does not do what it is asked.
  private func recover(_ error: DeviceError) {
    let hadSurface = surface != nil
    endSurface()
    look.next = device.now
    if hadSurface {
      lost += 1
      events(.recovers(error))
      // What is pending is forgotten with the buffers, or the screen would stand still for ever; the mode is set anew.
      if error == .busy || error == .invalid, lost < Self.mostLost { return }
      // A card that goes on losing what it is given is tried less and less often.
      look.next += min(Self.impatientLooks << Int64(min(max(0, lost - Self.mostLost), 10)), Self.mostDelay)
    } else {
      look.next += Self.impatientLooks
    }
    device.close()
    isOpen = false
    watch.didClear()
    rest(.noCard(error))
  }

  private func endSurface() {
    if let surface { past = (surface.end(), surface.lastSerial) }
    surface = nil
  }

  private func end(_ reason: DisplayReport.Reason) {
    endSurface()
    watch.didClear()
    rest(reason)
  }

  private func rest(_ reason: DisplayReport.Reason) {
    heartbeat.rest(reason.rest)
    let isNews = exchange.state.withLock { state in
      defer {
        state.report.reason = reason
        state.report.age = nil
        state.report.showsProgramme = false
        state.report.isOn = reason != .switchedOff
        if reason != .switchedOff { state.report.screen = nil }
        state.scene = nil
      }
      return state.report.reason != reason
    }
    if isNews { events(.rests(reason)) }
  }
}
