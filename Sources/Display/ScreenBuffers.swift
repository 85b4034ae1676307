import Media

/// The three buffers of a screen, and which is where: on the screen, on its way there, drawn and waiting, or free.
///
/// One flip is outstanding at most. A buffer is given back by the flip that takes its place on the screen, and by nothing
/// else, so what is seen is never drawn into.
struct ScreenBuffers {
  struct Outstanding {
    var buffer: ScanoutBuffer
    var scene: Scene
    var serial: UInt64
    /// The blank that it is for; nil: any.
    var target: Int64?
    /// When its picture was due; nil where it is none.
    var due: Int64?
    /// When it was asked for.
    var since: Int64
  }

  private(set) var all: [ScanoutBuffer] = []
  private(set) var free: [ScanoutBuffer] = []
  private(set) var front: (buffer: ScanoutBuffer, scene: Scene)?
  private(set) var outstanding: Outstanding?

  init() {}

  /// - Throws: what the card has against it; those that it made are destroyed.
  init(_ size: VideoSize, on device: any DisplayDevice) throws(DeviceError) {
    do throws(DeviceError) {
      for _ in 0..<3 { all.append(try device.makeBuffer(size)) }
    } catch {
      for buffer in all { device.destroy(buffer) }
      throw error
    }
    free = all
  }

  mutating func take() -> ScanoutBuffer? { free.popLast() }

  mutating func giveBack(_ buffer: ScanoutBuffer) { free.append(buffer) }

  /// It is on the screen, by a mode set.
  mutating func set(_ buffer: ScanoutBuffer, _ scene: Scene) { front = (buffer, scene) }

  mutating func flipped(_ flip: Outstanding) { outstanding = flip }

  /// The outstanding flip has completed: it is on the screen, and what was there is free.
  mutating func complete() -> Outstanding? {
    guard let flip = outstanding.take() else { return nil }
    if let front, front.buffer != flip.buffer { free.append(front.buffer) }
    front = (flip.buffer, flip.scene)
    return flip
  }

  func destroy(on device: any DisplayDevice) { for buffer in all { device.destroy(buffer) } }
}
