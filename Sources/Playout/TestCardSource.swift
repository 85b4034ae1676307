import FFmpeg
import Media
import SphericalVideo

/// The built-in panorama, for ever: each frame shows its number, modulo 65536.
package final class TestCardSource: FrameSource {
  package let description: SourceDescription
  package let decodeErrors = 0
  /// Nothing is decoded here that could be spared.
  package var isSparing = false

  private let card: PanoramaTestCard
  private let pool: VideoFramePool
  private let framerate: Int64
  private var number: Int64 = 0
  /// Pictures with everything but the number; those that nobody holds but this are drawn on again.
  private var ring: [VideoFrame] = []

  package init(size: VideoSize, framerate: Int) throws(MediaError) {
    card = PanoramaTestCard(size: size)
    pool = try VideoFramePool(size: size)
    self.framerate = Int64(max(framerate, 1))
    description = SourceDescription(
      duration: nil, frameDuration: MediaTime(nanoseconds: 1_000_000_000 / self.framerate),
      projection: SourceProjection(
        .equirectangular(.full), origin: .none, confidence: 1, notes: ["the built-in test card, \(size)"]),
      decoder: "none", isTestCard: true)
  }

  package func step() -> SourceStep {
    let frame = freeFrame()
    unsafe frame.withMutablePicture { unsafe card.drawFrameNumber(Int(number & 0xFFFF), into: $0) }
    // Counted in whole frames, so that a rate such as 30 never drifts.
    let (position, next) = (time(of: number), time(of: number + 1))
    number += 1
    return .frame(SourceFrame(frame: frame, position: position, duration: next - position))
  }

  package func seek(to position: MediaTime) {}

  private func time(of number: Int64) -> MediaTime {
    let (seconds, frames) = number.quotientAndRemainder(dividingBy: framerate)
    return MediaTime(nanoseconds: seconds * 1_000_000_000 + frames * 1_000_000_000 / framerate)
  }

  /// The ring grows to as many pictures as receivers hold at a time, which their mailboxes bound.
  private func freeFrame() -> VideoFrame {
    if let index = ring.indices.first(where: { isKnownUniquelyReferenced(&ring[$0]) }) { return ring[index] }
    let frame = pool.makeFrame()
    unsafe frame.withMutablePicture { target in
      // To draw takes tens of milliseconds, to copy one.
      if let finished = ring.first {
        unsafe finished.withPicture { unsafe target.copy($0) }
      } else {
        unsafe card.drawBase(into: target)
      }
    }
    ring.append(frame)
    return frame
  }
}

extension PlanarPicture {
  /// Copies `source`, another picture of the same pool, so that rows lie as here.
  fileprivate func copy(_ source: PlanarPicture) {
    unsafe luma.base.copyMemory(from: source.luma.base, byteCount: luma.stride * size.height)
    unsafe cb.base.copyMemory(from: source.cb.base, byteCount: cb.stride * chromaSize.height)
    unsafe cr.base.copyMemory(from: source.cr.base, byteCount: cr.stride * chromaSize.height)
  }
}
