import Clocks
import Display
import Glibc
import Heartbeats
import Media
import SphericalVideo
import Synchronization

/// A display that does what it is told, a line at a time, for a machine in which there is nothing else: `Tests/Screen/run`. Its
/// arguments are the rotation and, for a driver without atomic changes, `legacy`.
///
///     show NUMBER        the front of the test card with that number, as one picture
///     play FPS SECONDS   the same, as a programme of numbers that increase
///     nothing            the programme is over
///     slate SENTENCE     text LINE      on      off      report      digest      quit
///
/// What it answers begins with "SCREEN".
@main
enum ScreenProgram {
  static func main() {
    let rotation = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
    let isLegacy = CommandLine.arguments.contains("legacy")
    let configuration = DisplayConfiguration(rotation: .init(rawValue: rotation) ?? .none)
    let begin = MonotonicTime.now
    let size = Mutex<VideoSize?>(nil)
    let display = Display(
      configuration,
      device: { KMSDevice(wakeup: $0, allowsAtomic: !isLegacy) },
      events: { event in
        switch event {
        case .shows(let screen):
          size.withLock { $0 = screen.mode.size }
          say("shows \(screen.connector.name) \(screen.mode) after \((MonotonicTime.now - begin) / 1_000_000) ms")
        case .rests(let reason): say("rests: \(reason.words)")
        case .refused(let mode, let error): say("refused \(mode): \(error)")
        case .recovers(let error): say("recovers: \(error)")
        }
      })
    display.update(
      slate: Slate(name: "Cupola", sentence: "There is nothing to play.", addresses: ["http://10.0.2.15:8080/"]))
    say("begins with \(isLegacy ? "the legacy interface" : "atomic changes")")
    guard display.start() else { return say("has no thread") }
    let programme = CardProgramme(display, turn: configuration.rotation.turn)
    while let line = readLine() {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      let rest = words.count > 1 ? words[1] : ""
      switch words.first {
      case "show": programme.show(Int(rest) ?? 0, size: size.withLock { $0 })
      case "play":
        let numbers = rest.split(separator: " ").compactMap { Double($0) }
        if numbers.count == 2 { programme.play(numbers[0], seconds: numbers[1], size: size.withLock { $0 }) }
      case "nothing": display.update(hasProgramme: false)
      case "slate":
        display.update(slate: Slate(name: "Cupola", sentence: rest, addresses: ["http://10.0.2.15:8080/"]))
      case "text": display.show(text: rest, seconds: 3600)
      case "on", "off": display.setPower(isOn: words[0] == "on")
      case "report":
        let report = display.report
        say(
          "report \(report.connector ?? "-") \(report.mode ?? "-") \(report.reason?.words ?? "on") flips \(report.flips) "
            + "repeated \(report.repeated) missed \(report.missed) age \((report.age ?? -1) / 1000) us")
      case "digest": say("digest \(digest(display.snapshot()))")
      case "quit":
        display.close()
        say("closed \(display.join(within: 5))")
        return
      default: break
      }
      say("done \(line)")
    }
  }

  /// FNV-1a over the pixels' bytes, red, green, blue, as a dump of the screen has them.
  private static func digest(_ image: ScreenImage?) -> String {
    guard let image else { return "none" }
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    for pixel in image.pixels {
      for byte in [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255] {
        digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3
      }
    }
    return "\(image.size) \(String(digest, radix: 16))"
  }
}

func say(_ line: String) {
  let line = "SCREEN \(line)\n"
  _ = line.withCString { write(1, $0, strlen($0)) }
}

/// The test card's front, projected for the screen as a preset is.
final class CardProgramme {
  private let display: Display
  private let turn: PictureTurn
  private let sink: any PictureSink
  private let card = PanoramaTestCard(size: VideoSize(width: 1280, height: 640))
  private let source: Picture
  private var table: RemapTable?
  private var pool: PicturePool?

  init(_ display: Display, turn: PictureTurn) {
    self.display = display
    self.turn = turn
    sink = display.makeSink { $0.nanoseconds }
    source = PicturePool(size: card.size).makePicture()
    source.withPicture { card.drawBase(into: $0) }
  }

  func show(_ number: Int, size: VideoSize?) {
    guard let size else { return }
    let table =
      self.table?.outputSize == size
      ? self.table!
      : RemapTable(
        from: SourceGeometry(size: card.size, layout: .yuv420p, projection: Equirectangular()), to: size,
        view: CameraView(fieldOfView: .degrees(90), turn: turn))
    let pool = self.pool?.size == size ? self.pool! : PicturePool(size: size)
    (self.table, self.pool) = (table, pool)
    let picture = pool.makePicture()
    source.withPicture { source in
      card.drawFrameNumber(number, into: source)
      picture.withPicture { Remapper.remap(source, through: table, into: $0) }
    }
    guard (try? sink.take(picture, time: MediaTime(nanoseconds: MonotonicTime.now), isEntryPoint: true)) != nil else {
      return
    }
    sink.present()
  }

  func play(_ fps: Double, seconds: Double, size: VideoSize?) {
    let begin = MonotonicTime.now
    let last = Int(fps * seconds) - 1
    var number = 0
    while number <= last {
      let due = begin + Int64(Double(number) * 1e9 / fps)
      let wait = due - MonotonicTime.now
      if wait > 0 {
        var time = timespec(tv_sec: Int(wait / 1_000_000_000), tv_nsec: Int(wait % 1_000_000_000))
        nanosleep(&time, nil)
      }
      show(number, size: size)
      // An emulated processor projects for longer than a picture lasts: those that are late are left out, as a player does.
      let reached = Int(Double(MonotonicTime.now - begin) / 1e9 * fps)
      number = number == last ? last + 1 : min(last, max(number + 1, reached))
    }
  }
}
