import CDRM
import Clocks
import Glibc
import Media

/// `/dev/dri/card*` by libdrm.
///
/// No privilege and no seat's manager is needed where we are the first to open the card: that makes us its master.
public final class KMSDevice: DisplayDevice {
  /// How many cards are looked for.
  private static let cards = 0..<16

  private let wakeup: DisplayWakeup
  private let folder: String
  private let allowsAtomic: Bool
  private let events = KernelEvents()
  private var card: KMSCard?
  private var output: KMSOutput?
  private var buffers: [UInt32: DumbBuffer] = [:]

  /// - Parameters:
  ///   - wakeup: ends waits.
  ///   - folder: where the cards are.
  ///   - allowsAtomic: whether a driver that changes everything at once may be asked to; else the calls of before are used,
  ///     as for one that cannot.
  public init(wakeup: DisplayWakeup, folder: String = "/dev/dri", allowsAtomic: Bool = true) {
    self.allowsAtomic = allowsAtomic
    self.wakeup = wakeup
    self.folder = folder
  }

  public var now: Int64 { MonotonicTime.now }

  /// Of several cards the first with a screen on it, else the first that could have one.
  public func open() throws(DeviceError) {
    close()
    var failure = DeviceError.noCard
    var found: [KMSCard] = []
    for number in Self.cards {
      do throws(DeviceError) {
        found.append(try KMSCard(path: "\(folder)/card\(number)", allowsAtomic: allowsAtomic))
      } catch {
        // What drives no screen, and what is not there, says nothing that would be of use.
        if error != .invalid, error != .noCard { failure = error }
      }
    }
    if found.count > 1 {
      card = found.first { $0.readConnectors(probing: true).contains { $0.status == .connected } }
    }
    card = card ?? found.first
    if card == nil { throw failure }
  }

  public func close() {
    output = nil
    buffers = [:]
    card = nil
  }

  public func connectors(probing: Bool) throws(DeviceError) -> [Connector] {
    guard let card else { throw .noCard }
    let connectors = card.readConnectors(probing: probing)
    if connectors.isEmpty { throw .noCard }
    return connectors
  }

  public func makeBuffer(_ size: VideoSize) throws(DeviceError) -> ScanoutBuffer {
    guard let card else { throw .noCard }
    let buffer = try DumbBuffer(size, on: card)
    buffers[buffer.framebuffer] = buffer
    return ScanoutBuffer(id: buffer.framebuffer, size: size)
  }

  public func destroy(_ buffer: ScanoutBuffer) { buffers[buffer.id] = nil }

  public func withPixels(of buffer: ScanoutBuffer, _ body: (PixelMemory) -> Void) {
    unsafe buffers[buffer.id]?.withPixels(body)
  }

  public func setMode(
    _ mode: DisplayMode, on connector: Connector.ID, showing buffer: ScanoutBuffer
  ) throws(DeviceError) {
    guard let card else { throw .noCard }
    guard let buffer = buffers[buffer.id] else { throw .invalid }
    if let output, output.connector != connector { try disable() }
    let output = try KMSOutput(connector, on: card)
    try output.set(mode, showing: buffer)
    self.output = output
  }

  public func disable() throws(DeviceError) {
    defer { output = nil }
    try output?.disable()
  }

  public func switchOff() throws(DeviceError) { try output?.switchOff() }

  public func flip(to buffer: ScanoutBuffer, serial: UInt64) throws(DeviceError) {
    guard let output else { throw .noCard }
    guard let buffer = buffers[buffer.id] else { throw .invalid }
    try output.flip(to: buffer, serial: serial)
  }

  public func wait(until deadline: Int64?) -> [DeviceEvent] {
    var polled = [card?.descriptor ?? -1, events.descriptor, wakeup.descriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    let timeout = deadline.map { [now] in $0 > now ? $0 - now : 0 } ?? -1
    let count = unsafe cdrm_poll(&polled, nfds_t(polled.count), timeout)
    guard count > 0 else { return [] }
    var found: [DeviceEvent] = []
    if polled[0].revents & Int16(POLLIN) != 0 { found += readFlips() }
    // A card that is pulled out hangs up; looking finds that it is gone.
    if polled[0].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { found.append(.changed) }
    if polled[1].revents != 0, events.readChange() { found.append(.changed) }
    if polled[2].revents != 0, wakeup.consume() { found.append(.woken) }
    return found
  }

  private func readFlips() -> [DeviceEvent] {
    guard let card else { return [] }
    var flips = [cdrm_flip](repeating: cdrm_flip(), count: 16)
    let count = unsafe cdrm_read_flips(card.descriptor, &flips, Int32(flips.count))
    return flips.prefix(Int(max(0, count))).map {
      .flipped(serial: $0.serial, FlipStamp(count: $0.count, time: $0.time))
    }
  }
}
