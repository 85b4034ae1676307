import FFmpeg
import Media
import Playout

/// Takes `bytes` as what a file says of its times: a time base, a start, a frame rate, then stamps with durations, seeks and
/// changes of item between them. Whatever it says, positions increase, what is placed on the time line increases as long
/// as there is time left, and nothing traps.
public func fuzzTimeline(_ bytes: UnsafeRawBufferPointer) {
  var rest = bytes[...]
  func number() -> Int64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).enumerated().reduce(0) { $0 | Int64($1.element) << (8 * Int64($1.offset)) }
  }
  guard let base = number(), let origin = number(), let rate = number() else { return }
  func fraction(_ bits: Int64) -> Rational? {
    Rational(Int32(truncatingIfNeeded: bits), Int32(truncatingIfNeeded: bits >> 32))
  }
  guard let timeBase = fraction(base) else { return }
  let frameDuration = fraction(rate).map { MediaTime(seconds: 1 / $0.value) } ?? MediaTime(nanoseconds: rate)
  let shared = SharedCorrection()
  func makeRepair() -> TimestampRepair {
    TimestampRepair(
      timeBase: timeBase, origin: origin == .min ? nil : origin, frameDuration: frameDuration, shared: shared)
  }
  var repair = makeRepair()
  var sound = makeRepair()
  var lastOfSound: MediaTime?
  var timeline = MediaTimeline()
  var item = ItemTimeline()
  var cap = FramerateCap(framerate: Int(clamping: rate))
  var last: MediaTime?
  var due: MediaTime?
  while let word = number() {
    switch word & 7 {
    case 0:
      repair.reset()
      sound.reset()
      (last, lastOfSound) = (nil, nil)
    case 1:
      timeline.beginItem()
      item = ItemTimeline()
    case 2:
      timeline.jump(to: due ?? .zero, after: due)
      item.lift()
      cap.reset()
    case 3: timeline.extend(by: MediaTime(nanoseconds: max(0, number() ?? 0) >> 16))
    case 4:
      let position = sound.position(of: number())
      if let lastOfSound {
        precondition(position > lastOfSound || lastOfSound == MediaTime(nanoseconds: .max), "sound goes back")
      }
      lastOfSound = position
      _ = item.time(at: position)
    default:
      let stamp = number()
      let position = repair.position(of: stamp == .min ? nil : stamp)
      if let last { precondition(position > last || last == MediaTime(nanoseconds: .max), "a position goes back") }
      last = position
      let duration = repair.duration(of: word >> 3) ?? repair.frameDuration
      precondition(duration > .zero, "a frame lasts")
      let placed = timeline.place(position: position, duration: duration, of: &item)
      if let due { precondition(placed > due || due.nanoseconds > .max / 2, "the time line goes back") }
      due = placed
      _ = cap.admits(placed)
      _ = LatePolicy.verdict(
        due: placed, now: MediaTime(nanoseconds: word), period: duration, hasNewer: word < 0, lastPublished: due)
      _ = timeBase.ticks(of: placed)
      _ = placed.ticks(at: 90_000)
      _ = MediaTime(seconds: placed.seconds * Double(word))
    }
  }
}
