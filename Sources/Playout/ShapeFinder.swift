import FFmpeg
import Media
import SphericalVideo
import Synchronization

/// Finds out the shape of files that do not tell it, by some of their pictures; and remembers what it found.
///
/// It decodes in software, on the thread that asks, and blocks.
package final class ShapeFinder: Sendable {
  private static let capacity = 1000
  /// Where it looks, as parts of a film; nobody knows what is at its very beginning.
  private static let places = [0.0, 0.4, 0.75]
  /// So much work for a picture, at most.
  private static let maximumSteps = 600

  private let known = Mutex<[FileStamp: RecognizedShape]>([:])

  package init() {}

  /// - Parameters:
  ///   - projection: What the file says.
  ///   - stamp: What the file is; nil for an address, which is not looked at: nobody knows how often it may be.
  /// - Returns: nil when there is nothing to look at.
  func shape(
    of url: MediaLocation, access: MediaAccess, says projection: SourceProjection, stamp: FileStamp?,
    memory: PictureMemory, interruption: Interruption
  ) -> RecognizedShape? {
    guard let stamp else { return nil }
    if let shape = known.withLock({ $0[stamp] }) { return shape }
    let (sketches, aspectRatio, packing) = Self.look(
      at: url, access: access, projection: projection, memory: memory, interruption: interruption)
    var projection = projection
    if let packing { projection.take(packing) }
    let stereo = projection.stereo == .mono ? nil : projection.stereo
    let shape = ShapeRecognition.shape(of: sketches, aspectRatio: aspectRatio, stereo: stereo)
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[stamp] = shape
    }
    return shape
  }

  private static func look(
    at url: MediaLocation, access: MediaAccess, projection: SourceProjection, memory: PictureMemory,
    interruption: Interruption
  ) -> (sketches: [PictureSketch], aspectRatio: Double, packing: FramePacking?) {
    var sketches: [PictureSketch] = []
    var packing: FramePacking?
    var aspectRatio = 1.0
    var whole = projection
    whole.stereo = .mono
    guard
      let source = try? MediaFileSource(
        url: url, access: access, decoderThreads: 1, memory: memory, interruption: interruption)
    else { return ([], 1, nil) }
    for place in places where !interruption.isRaised {
      if place > 0 {
        guard let duration = source.description.duration, duration.seconds > 1 else { break }
        source.seek(to: MediaTime(seconds: duration.seconds * place))
      }
      guard let found = source.picture(within: maximumSteps), found.frame.hasSamples else { break }
      packing = found.packing ?? packing
      let turn = found.turn ?? whole.turn
      let region = whole.region(of: found.frame.size, turn: turn)
      let size = turn.turned(region.size)
      let sketch = unsafe found.frame.withPicture { unsafe PictureSketch($0.cropped(to: region)) }.turned(by: turn)
      // What changes its size is judged by how it begins.
      guard sketches.first.map({ $0.width == sketch.width && $0.height == sketch.height }) ?? true else { break }
      sketches.append(sketch)
      aspectRatio = Double(size.width) * whole.sampleAspectRatio / Double(size.height)
    }
    return (sketches, aspectRatio, packing)
  }
}

extension MediaFileSource {
  /// The next picture, whichever it is; nil when none comes.
  fileprivate func picture(within steps: Int) -> SourceFrame? {
    for _ in 0..<steps {
      guard let step = try? step() else { return nil }
      switch step {
      case .frame(let frame): return frame
      case .working, .waiting: continue
      case .notSought, .end: return nil
      }
    }
    return nil
  }
}

extension SourceProjection {
  /// Whether its pixels are to be asked.
  var isOpen: Bool { origin == .none || origin == .name }

  /// Takes what the pixels say, unless the name says something that they do not contradict.
  ///
  /// - Parameter pair: the two tracks that are alike: of two lenses, each sees one.
  mutating func take(_ found: RecognizedShape, pair: TrackPair?) {
    var found = found
    if found.projection == .fisheye, pair != nil { found.projection = .dualFisheye }
    if origin == .name, found.projection == name || found.confidence < Self.overName { return }
    if origin == .name { notes.append("though its name says \(name.rawValue)") }
    shape = Self.shape(found.projection)
    if eyes.source < .pictures { eyes = EyeLayout(layout: found.stereo, swapsEyes: swapsEyes, source: .pixels) }
    (origin, confidence) = (.pixels, found.confidence)
  }

  /// How sure pixels have to be to go before a name.
  private static let overName = 0.6
}
