import Display
import Media

/// A card of the tests' own, with screens that do whatever screens do, in virtual time.
final class TestDevice: DisplayDevice {
  enum Call: Hashable {
    case open, close, disable, switchOff
    case setMode(String, String)
  }

  /// What came on the screen, by the colour of its first pixel.
  struct Shown: Hashable {
    var time: Int64
    var colour: UInt32
    /// The vertical blank, 0 for a mode set.
    var blank: Int64
  }

  struct Faults {
    var open: DeviceError?
    var connectors: DeviceError?
    var setMode: (DisplayMode) -> DeviceError? = { _ in nil }
    var disable: DeviceError?
    var flip: DeviceError?
    var buffers: DeviceError?
    /// Flips are taken and never complete.
    var hangs = false
  }

  private(set) var now: Int64 = 0
  var plugged: [Connector]
  /// What the kernel says while nobody probes; nil: the truth.
  var known: [Connector]?
  var faults = Faults()
  var countsBlanks = true
  /// By how much the screen's clock is off.
  var drift = 0.0
  /// What setting a mode and drawing take.
  var modeSetTime: Int64 = 30_000_000
  var drawTime: Int64 = 1_500_000
  private(set) var calls: [Call] = []
  private(set) var shown: [Shown] = []
  private(set) var flips = 0
  private(set) var probes = 0
  private(set) var isOpen = false
  private(set) var mostBuffers = 0
  private var script: [(time: Int64, happens: () -> [DeviceEvent])] = []
  private var mode: DisplayMode?
  private var front: UInt32?
  private var pending: (buffer: UInt32, serial: UInt64, blank: Int64)?
  private var memory: [UInt32: [UInt32]] = [:]
  private var lastBuffer: UInt32 = 0

  init(_ plugged: [Connector]) { self.plugged = plugged }

  var isLit: Bool { mode != nil }

  /// Something happens at a time; the display is told of it by these events, or of nothing.
  func at(_ seconds: Double, _ happens: @escaping () -> [DeviceEvent]) {
    let time = Int64(seconds * 1e9)
    let index = script.firstIndex { $0.time > time } ?? script.endIndex
    script.insert((time, happens), at: index)
  }

  /// The outstanding flip's event never comes.
  func loseFlip() { lostFlips.formUnion(pending.map { [$0.serial] } ?? []) }

  /// The process is stopped (SIGSTOP) and goes on later.
  func stop(for seconds: Double) { now += Int64(seconds * 1e9) }

  private var lostFlips: Set<UInt64> = []

  private var period: Double { (mode?.refreshPeriod ?? 1e7) * (1 + drift) }

  private func time(ofBlank count: Int64) -> Int64 { Int64(Double(count) * period) }

  func open() throws(DeviceError) {
    calls.append(.open)
    if let error = faults.open { throw error }
    isOpen = true
  }

  func close() {
    if isOpen { calls.append(.close) }
    isOpen = false
    (mode, front, pending) = (nil, nil, nil)
    memory = [:]
  }

  func connectors(probing: Bool) throws(DeviceError) -> [Connector] {
    if let error = faults.connectors { throw error }
    guard isOpen else { throw .noCard }
    if probing {
      probes += 1
      known = known == nil ? nil : plugged
    }
    return known ?? plugged
  }

  func makeBuffer(_ size: VideoSize) throws(DeviceError) -> ScanoutBuffer {
    if let error = faults.buffers { throw error }
    lastBuffer += 1
    memory[lastBuffer] = Array(repeating: 0xDEAD_BEEF, count: size.width * size.height)
    mostBuffers = max(mostBuffers, memory.count)
    return ScanoutBuffer(id: lastBuffer, size: size)
  }

  func destroy(_ buffer: ScanoutBuffer) { memory[buffer.id] = nil }

  func withPixels(of buffer: ScanoutBuffer, _ body: (PixelMemory) -> Void) {
    precondition(buffer.id != front && buffer.id != pending?.buffer, "what is on the screen is drawn into")
    now += drawTime
    memory[buffer.id]?.withUnsafeMutableBytes {
      body(PixelMemory(base: $0.baseAddress!, stride: buffer.size.width * 4, size: buffer.size))
    }
  }

  func setMode(_ mode: DisplayMode, on connector: Connector.ID, showing buffer: ScanoutBuffer) throws(DeviceError) {
    let name = plugged.first { $0.id == connector }?.name ?? "?"
    calls.append(.setMode(name, mode.description))
    if let error = faults.setMode(mode) { throw error }
    now += modeSetTime
    self.mode = mode
    front = buffer.id
    pending = nil
    show(blank: 0)
  }

  func disable() throws(DeviceError) {
    calls.append(.disable)
    (mode, pending) = (nil, nil)
    if let error = faults.disable { throw error }
  }

  func switchOff() throws(DeviceError) {
    calls.append(.switchOff)
    (mode, pending) = (nil, nil)
  }

  func flip(to buffer: ScanoutBuffer, serial: UInt64) throws(DeviceError) {
    if let error = faults.flip { throw error }
    guard mode != nil, memory[buffer.id] != nil else { throw .invalid }
    guard pending == nil else { throw .busy }
    let blank = Int64((Double(now) / period).rounded(.down)) + 1
    pending = (buffer.id, serial, blank)
  }

  func wait(until deadline: Int64?) -> [DeviceEvent] {
    let flip = faults.hangs ? nil : pending.map { countsBlanks ? time(ofBlank: $0.blank) : now + 1_000_000 }
    let next = [deadline, flip, script.first?.time].compactMap { $0 }.min() ?? now
    now = max(now, next)
    var events: [DeviceEvent] = []
    while let first = script.first, first.time <= now {
      script.removeFirst()
      events += first.happens()
    }
    if let flip, flip <= now, let pending {
      self.pending = nil
      flips += 1
      front = pending.buffer
      show(blank: countsBlanks ? pending.blank : 0)
      let count = countsBlanks ? UInt32(truncatingIfNeeded: pending.blank) : 0
      if lostFlips.contains(pending.serial) { return events }
      events.append(.flipped(serial: pending.serial, FlipStamp(count: count, time: flip)))
    }
    return events
  }

  private func show(blank: Int64) {
    guard let front, let colour = memory[front]?.first else { return }
    if colour != shown.last?.colour { shown.append(Shown(time: now, colour: colour, blank: blank)) }
  }

  /// The pixels that are on the screen now; nil while it is dark.
  var picture: [UInt32]? { mode == nil ? nil : front.flatMap { memory[$0] } }
}
