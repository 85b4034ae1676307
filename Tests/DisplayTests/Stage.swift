import Display
import Heartbeats
import Media
import SansIO

/// A display with a card of the tests' own, turned by hand.
final class Stage {
  static let modes: [DisplayMode] = [.test(640, 360, 60, isPreferred: true), .test(640, 360, 50)]
  static let size = VideoSize(width: 640, height: 360)

  let device: TestDevice
  let exchange = DisplayExchange(DisplayWakeup())
  let heartbeat = Heartbeat("display")
  private(set) var events: [DisplayEvent] = []
  private var loop: DisplayLoop?
  private var pools: [VideoSize: PicturePool] = [:]

  init(_ plugged: [Connector] = [.test(modes: modes)], _ configuration: DisplayConfiguration = .init()) {
    device = TestDevice(plugged)
    exchange.state.withLock { $0.wish.slate = Slate(name: "CUPOLA", sentence: "There is nothing to play.") }
    loop = DisplayLoop(configuration, device: device, exchange: exchange, heartbeat: heartbeat) { [unowned self] in
      events.append($0)
    }
  }

  var report: DisplayReport { exchange.state.withLock { $0.report } }

  /// Turns the display until a time; false when it has closed.
  @discardableResult
  func run(to seconds: Double) -> Bool {
    var turns = 0
    while device.now < Int64(seconds * 1e9) {
      guard let loop, loop.turn() else { return false }
      turns += 1
      // Nothing happens more often than a thousand times a second.
      precondition(turns < 1000 + Int(seconds * 5000), "the display never rests")
    }
    return true
  }

  /// A picture all of one grey.
  func picture(_ luma: UInt8, size: VideoSize = size) -> Picture {
    let pool = pools[size] ?? PicturePool(size: size)
    pools[size] = pool
    let picture = pool.makePicture()
    picture.withPicture { planes in
      for y in 0..<size.height {
        (planes.luma.base + y * planes.luma.stride).initializeMemory(as: UInt8.self, repeating: luma, count: size.width)
      }
      for plane in [planes.cb, planes.cr] {
        for y in 0..<planes.chromaSize.height {
          (plane.base + y * plane.stride).initializeMemory(
            as: UInt8.self, repeating: 128, count: planes.chromaSize.width)
        }
      }
    }
    return picture
  }

  /// The colour that it has on the screen.
  static func colour(_ luma: UInt8) -> UInt32 {
    let level = UInt32(max(0, min(255, ((Double(luma) - 16) * 255 / 219).rounded())))
    return level << 16 | level << 8 | level
  }

  /// Lets a programme play: a picture each 1/`fps` s, each of another grey, projected in `projection` seconds.
  func play(
    _ fps: Double, from start: Double, to end: Double, projection: Double = 0.006, jitter: Double = 0.002,
    size: VideoSize = size
  ) {
    var random = SeededGenerator(seed: 5)
    for frame in 0..<Int((end - start) * fps) {
      let due = start + Double(frame) / fps
      let luma = Self.luma(frame)
      device.at(due + projection + .random(in: 0...max(jitter, 1e-9), using: &random)) { [unowned self] in
        exchange.offer(
          ArrivedPicture(
            picture: picture(luma, size: size), time: Int64(due * 1e9), due: Int64(due * 1e9), arrival: device.now))
        return [.woken]
      }
    }
  }

  static func luma(_ frame: Int) -> UInt8 { UInt8(40 + frame % 190) }

  /// Somebody says something.
  func at(_ seconds: Double, _ change: @escaping (inout DisplayExchange.State) -> Void) {
    device.at(seconds) { [unowned self] in
      exchange.change(change)
      return [.woken]
    }
  }

  /// Another screen, or none, without any event.
  func plug(_ connectors: [Connector], at seconds: Double, tells: Bool = false) {
    device.at(seconds) { [unowned self] in
      device.plugged = connectors
      return tells ? [.changed] : []
    }
  }

  static let unplugged: [Connector] = [.test(1, "HDMI-A-1", .disconnected)]
  static let slateColour: UInt32 = 0x0B0E18
}
