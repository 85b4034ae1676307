import Clocks
import FFmpeg
import Glibc
import Media
import Synchronization
import Threads

/// The graphics device that decodes and encodes where it has proved that it can.
///
/// It is asked for each item and each encoder anew, so what starts while the device is still being tried out starts in
/// software and nobody waits; an item goes on to the device from its next key frame after that. One display is shared by all; after a failure the next one to ask gets a fresh one.
public final class HardwareAcceleration: Sendable {
  public struct Configuration: Hashable, Sendable {
    public enum Choice: Hashable, Sendable {
      /// The first render node whose driver proves itself.
      case automatic
      case none
      case path(String)
    }

    public var device: Choice
    public var decodes: Bool
    public var encodes: Bool

    public init(device: Choice = .automatic, decodes: Bool = true, encodes: Bool = true) {
      self.device = device
      self.decodes = decodes
      self.encodes = encodes
    }
  }

  /// What is told as it happens, each once. On threads of others: return soon.
  public enum Event: Hashable, Sendable {
    case proved(HardwareReport)
    /// Decoding or encoding goes on in software.
    case failed(what: String, reason: String)
    case putAside(reason: String)
  }

  enum Answer {
    case device(VAAPIDevice)
    case software(reason: String?)
  }

  private struct State {
    var report: HardwareReport?
    var path: String?
    var device: VAAPIDevice?
    var isStarted = false
    var isProofUnderway = false
    /// Displays that wait for a thread to be let go of on.
    var unwanted: [VAAPIDevice] = []
    /// How many displays have been discarded.
    var discarded = 0
    var decodes: [DecodeProfile: VideoSize] = [:]
    var encodes: VideoSize?
    var probation = DeviceProbation()
    var lastReason = ""
    var told: Set<String> = []
  }

  /// A driver that takes longer to start is no good now; the next one to ask tries again.
  private static let openPatience = MediaTime(seconds: 2)
  private static let maximumTold = 64

  private let configuration: Configuration
  private let events: @Sendable (Event) -> Void
  private let now: @Sendable () -> MediaTime
  private let openDevice: @Sendable (String) throws(HardwareProblem) -> VAAPIDevice
  private let state = Mutex(State())

  public convenience init(
    _ configuration: Configuration, events: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.init(
      configuration, now: { MediaTime(nanoseconds: MonotonicTime.now) },
      open: { (path) throws(HardwareProblem) in try VAAPIDevice(path: path, choosingCopy: SurfaceCopyMethod.best) },
      events: events)
  }

  package init(
    _ configuration: Configuration, now: @escaping @Sendable () -> MediaTime,
    open: @escaping @Sendable (String) throws(HardwareProblem) -> VAAPIDevice,
    events: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.now = now
    openDevice = open
    self.events = events
  }

  /// Tries the devices out, on a thread of its own. Where there is none, the next one to ask for a device tries again.
  public func start() {
    guard isWanted else { return }
    let isFree = state.withLock { state in
      defer { (state.isStarted, state.isProofUnderway) = (true, true) }
      return !state.isProofUnderway && state.report == nil
    }
    guard isFree else { return }
    let thread = WorkerThread(name: "device proof") { [self] in
      // What plays and encodes meanwhile comes first: this process's other threads have nice 0.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
      prove()
      // Whoever asks next finds it open.
      _ = device()
    }
    guard thread == nil else { return }
    let isNews = state.withLock { state in
      state.isProofUnderway = false
      return state.told.insert(Self.noThread).inserted
    }
    if isNews { events(.failed(what: "trying it out", reason: Self.noThread)) }
  }

  private static let noThread = "the system has no more threads"

  /// Whether a device may be there that nobody knows yet.
  var isBeingTriedOut: Bool { isWanted && report == nil }

  private var isWanted: Bool { configuration.device != .none && (configuration.decodes || configuration.encodes) }

  /// What the devices of this machine can do: `cupola probe --hardware`.
  public static func probe(_ configuration: Configuration) -> HardwareReport {
    HardwareAcceleration(configuration).prove()
  }

  /// Tries the devices out, on the calling thread.
  @discardableResult
  package func prove() -> HardwareReport {
    let report = HardwareProof.run(configuration.device, open: openDevice)
    adopt(report)
    return report
  }

  /// Uses what has been found.
  package func adopt(_ report: HardwareReport) {
    state.withLock { state in
      state.report = report
      guard let device = report.devices.first(where: \.isUsable) else { return }
      state.path = device.path
      for row in device.rows where row.isProved {
        switch row.work {
        case .decode(let profile): state.decodes[profile] = row.limit
        case .encode: state.encodes = row.limit
        }
      }
    }
    events(.proved(report))
  }

  /// What came of trying; nil before.
  public var report: HardwareReport? { state.withLock { $0.report } }

  /// What decodes `video`. Blocks while a driver starts.
  func decoder(for video: VideoStream) -> Answer {
    guard configuration.decodes, configuration.device != .none else { return .software(reason: nil) }
    if state.withLock({ $0.isStarted && !$0.isProofUnderway && $0.report == nil }) { start() }
    let reason: String? = state.withLock { state in
      guard let report = state.report else { return "the graphics device is being tried out" }
      if state.path == nil { return report.problem }
      guard let profile = DecodeProfile(video) else {
        return "the graphics device decodes no \(video.codecName) \(video.profile ?? "")"
      }
      guard let limit = state.decodes[profile] else { return report.reason(against: profile) }
      guard video.size.width <= limit.width, video.size.height <= limit.height else {
        return "the graphics device decodes \(profile) up to \(limit) pixels, this has \(video.size)"
      }
      return nil
    }
    if let reason { return .software(reason: reason) }
    return device()
  }

  /// What encodes H.264 of `size`; nil: software.
  func encoder(for size: VideoSize) -> VAAPIDevice? {
    guard configuration.encodes else { return nil }
    let isAble = state.withLock { state in
      state.encodes.map { size.width <= $0.width && size.height <= $0.height } ?? false
    }
    guard isAble, case .device(let device) = device() else { return nil }
    return device
  }

  /// Whether a device that has proved itself encodes H.264 of `size` now. Waits for nobody.
  public func encodes(_ size: VideoSize) -> Bool {
    guard configuration.encodes else { return false }
    return state.withLock { state in
      let isAble = state.encodes.map { size.width <= $0.width && size.height <= $0.height } ?? false
      return isAble && state.path != nil && !state.probation.isAside(at: now())
    }
  }

  private func device() -> Answer {
    let (path, open, aside) = state.withLock { state in
      (
        state.path, state.device,
        state.probation.isAside(at: now()) ? "the graphics device has been put aside: \(state.lastReason)" : nil
      )
    }
    if let aside { return .software(reason: aside) }
    if let open { return .device(open) }
    guard let path else { return .software(reason: "there is no graphics device") }
    guard AbandonedThreads.current < AbandonedThreads.limit else {
      return .software(reason: "calls of the graphics device's driver have not returned")
    }
    let opener = DeviceThread<VAAPIDevice>(name: "device")
    do throws(MediaError) {
      let device = try opener.run(within: Self.openPatience) { [openDevice] (_) throws(MediaError) in
        do throws(HardwareProblem) {
          return try openDevice(path)
        } catch {
          throw .device(error.explanation)
        }
      }
      // Two may have opened one at the same time: the first is everybody's.
      let shared = state.withLock { state in
        if state.device == nil { state.device = device }
        return state.device ?? device
      }
      return .device(shared)
    } catch {
      return .software(reason: error.description)
    }
  }

  /// Changes when the display does, and with it what was opened on it ahead of time is worth nothing.
  var discarded: Int { state.withLock { $0.discarded } }

  /// Something went wrong on the display: the next one to ask gets a new one.
  func discardDevice() {
    let isUnwanted = state.withLock { state in
      state.discarded += 1
      if let device = state.device.take() { state.unwanted.append(device) }
      return !state.unwanted.isEmpty
    }
    // Where the last reference goes, the driver is called, which may hang. Without a thread now, they wait for the next.
    guard isUnwanted else { return }
    _ = WorkerThread(name: "device") { [self] in
      let unwanted = state.withLock { state in
        defer { state.unwanted = [] }
        return state.unwanted
      }
      _ = consume unwanted
    }
  }

  func decodingFailed(_ reason: String) { failed("decoding", reason) }

  func encodingFailed(_ reason: String) {
    discardDevice()
    failed("encoding", reason)
  }

  private func failed(_ what: String, _ reason: String) {
    let (isAside, isNews) = state.withLock { state in
      state.lastReason = reason
      let isAside = state.probation.failed(at: now())
      if state.told.count >= Self.maximumTold { state.told.removeAll() }
      return (isAside, state.told.insert(what + reason).inserted)
    }
    if isNews { events(.failed(what: what, reason: reason)) }
    if isAside { events(.putAside(reason: reason)) }
  }
}
