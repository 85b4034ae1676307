import Media

/// A card that drives screens, as the kernel offers it (KMS): what is above it knows no descriptor and no library.
///
/// One thread uses it. No call but `wait` and `setMode` may take long, and whatever goes wrong is a `DeviceError`: cards
/// and screens fail in every way there is, and none of them may end the programme.
public protocol DisplayDevice: AnyObject {
  /// Nanoseconds of CLOCK_MONOTONIC.
  var now: Int64 { get }

  /// Opens the first card that has connectors, and becomes its master: the one program that may set it.
  ///
  /// - Throws: `.noCard` where there is none, `.denied` where it may not be opened, `.held` while another program is
  ///   master.
  func open() throws(DeviceError)

  /// Gives the card back. The screen is then the kernel's console's.
  func close()

  /// The card's connectors, as they are now.
  ///
  /// - Parameter probing: asks the screens themselves, which takes tens of milliseconds each; else what the kernel knows.
  func connectors(probing: Bool) throws(DeviceError) -> [Connector]

  /// A buffer of XRGB8888 pixels that the card can show, whose pixels are anything: draw all of them.
  func makeBuffer(_ size: VideoSize) throws(DeviceError) -> ScanoutBuffer

  func destroy(_ buffer: ScanoutBuffer)

  /// Hands out a buffer's memory, to be written row by row and never read.
  func withPixels(of buffer: ScanoutBuffer, _ body: (PixelMemory) -> Void)

  /// Sets a connector to a mode, with a buffer to begin with, and forgets flips that have not completed. A full mode set,
  /// also where the mode is the same: after a re-plug nothing less brings an HDMI 2.0 screen back.
  ///
  /// - Throws: `.invalid` where the card cannot do it; nothing is changed then.
  func setMode(_ mode: DisplayMode, on connector: Connector.ID, showing buffer: ScanoutBuffer) throws(DeviceError)

  /// Switches what was set off, and waits until it is: without that a port does not come back after a re-plug.
  func disable() throws(DeviceError)

  /// Switches the set connector's signal off, by DPMS. `setMode` switches it on.
  func switchOff() throws(DeviceError)

  /// Shows another buffer from the next vertical blank on; `wait` tells when, with this number.
  ///
  /// - Throws: `.busy` while one is outstanding, which is no fault.
  func flip(to buffer: ScanoutBuffer, serial: UInt64) throws(DeviceError)

  /// Waits for what happens, at most until `deadline` (nil: for ever). It may return early, with nothing.
  func wait(until deadline: Int64?) -> [DeviceEvent]
}

/// What a card tells.
public enum DeviceEvent: Hashable, Sendable {
  /// A flip has completed: the buffer is on the screen, and the one before is free.
  case flipped(serial: UInt64, FlipStamp)
  /// Something was plugged or unplugged, or a card came or went: look.
  case changed
  /// Somebody raised the device's wake-up.
  case woken
}

/// When a buffer came on.
public struct FlipStamp: Hashable, Sendable {
  /// The number of the vertical blank, modulo 2³²; without meaning where the driver counts none.
  public var count: UInt32
  /// Nanoseconds of CLOCK_MONOTONIC.
  public var time: Int64

  public init(count: UInt32, time: Int64) {
    self.count = count
    self.time = time
  }
}

/// A buffer by its number, which is the device's.
public struct ScanoutBuffer: Hashable, Sendable {
  public var id: UInt32
  public var size: VideoSize

  public init(id: UInt32, size: VideoSize) {
    self.id = id
    self.size = size
  }
}

/// Memory of XRGB8888 pixels: row `y` starts `y * stride` bytes after `base`.
@unsafe public struct PixelMemory {
  public var base: UnsafeMutableRawPointer
  public var stride: Int
  public var size: VideoSize

  public init(base: UnsafeMutableRawPointer, stride: Int, size: VideoSize) {
    unsafe self.base = base
    unsafe self.stride = stride
    unsafe self.size = size
  }
}

/// What may go wrong with a card, by what is to be done about it.
public enum DeviceError: Error, Hashable, Sendable {
  /// There is no card that drives screens, or it is gone (ENOENT, ENODEV, ENXIO, EIO).
  case noCard
  /// We may not open it (EACCES when opening).
  case denied
  /// Another program is master (EACCES or EPERM when setting).
  case held
  /// Something is outstanding (EBUSY): again a little later.
  case busy
  /// The card cannot do what was asked (EINVAL, ERANGE, ENOSPC, ENOENT of an object that is gone).
  case invalid
  /// Not enough memory for buffers (ENOMEM).
  case noMemory
  /// Any other errno.
  case other(Int32)
}

extension DeviceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noCard: "there is no graphics card that drives a screen"
    case .denied: "the graphics card may not be opened"
    case .held: "another program has the graphics card"
    case .busy: "the graphics card is busy"
    case .invalid: "the graphics card cannot do that"
    case .noMemory: "there is no memory for the screen's pictures"
    case .other(let code): "the graphics card says error \(code)"
    }
  }
}
