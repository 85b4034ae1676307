import Media

/// What a picture is taken for by its pixels.
public struct RecognizedShape: Hashable, Sendable {
  public var projection: ShapeName
  public var stereo: StereoLayout
  /// 0…0.9: no pixels prove a shape.
  public var confidence: Double

  public init(projection: ShapeName, stereo: StereoLayout, confidence: Double) {
    self.projection = projection
    self.stereo = stereo
    self.confidence = confidence
  }
}

/// Recognizes the shape of pictures that come without a word about it.
///
/// Panoramas meet at their left and right edges, and are all alike along their upper and lower ones; the faces of a cube
/// meet at their edges; lenses leave their corners black; two eyes see nearly the same. What does none of that is flat.
public enum ShapeRecognition {
  public static let mostConfident = 0.9

  /// - Parameters:
  ///   - sketches: Of some pictures of one source, all of one size.
  ///   - aspectRatio: Of the pictures as they are to be seen, width by height.
  ///   - stereo: What is known of it already; nil: nothing.
  public static func shape(
    of sketches: [PictureSketch], aspectRatio: Double, stereo: StereoLayout? = nil
  ) -> RecognizedShape? {
    guard !sketches.isEmpty else { return nil }
    let stereo = stereo.map { (layout: $0, likeness: 1) } ?? self.stereo(of: sketches)
    let eyes = sketches.map { $0.eye(of: stereo.layout) }
    let eyeRatio =
      switch stereo.layout {
      case .mono, .twoTracks: aspectRatio
      case .topBottom: aspectRatio * 2
      case .leftRight: aspectRatio / 2
      }
    var candidates: [(name: ShapeName, score: Double)] = []
    func consider(_ name: ShapeName, _ prior: Double, _ score: (PictureSketch) -> Double) {
      guard prior > 0 else { return }
      let scores = eyes.map(score).sorted()
      candidates.append((name, prior * scores[scores.count / 2]))
    }
    func continuity(_ cube: Cubemap) -> (PictureSketch) -> Double {
      { sketch in
        let continuity = BorderContinuity(sketch, as: cube)
        // What is smooth everywhere goes on over any border; what is small does not.
        let crosses = continuity.crossingScore
        return max(continuity.score * (0.3 + 0.7 * unit(2 * crosses)), crosses)
      }
    }
    // Eyes beside each other are often squeezed.
    let isPanoramic = near(eyeRatio, 2) || (stereo.layout != .mono && (near(eyeRatio, 1) || near(eyeRatio, 4)))
    // Eyes that are as wide as high see half of the world more often than all of it, squeezed.
    consider(.equirectangular, isPanoramic && !near(eyeRatio, 1) ? 1 : 0.85, panorama)
    consider(.cubemap3x2, (1.3...2).contains(eyeRatio) ? 1 : 0, continuity(Cubemap.threeByTwo()))
    consider(.eac, (1.3...2).contains(eyeRatio) ? 1 : 0) { sketch in
      continuity(Cubemap.equiangular(pixelsWide: 8 * sketch.width, high: 8 * sketch.height))(sketch)
    }
    consider(.cubemap6x1, (5...7).contains(eyeRatio) ? 1 : 0, continuity(Cubemap.sixByOne()))
    consider(.cubemap1x6, (1.0 / 7...1.0 / 5).contains(eyeRatio) ? 1 : 0, continuity(Cubemap.oneBySix()))
    consider(.dualFisheye, (1.7...2.1).contains(eyeRatio) ? 1 : 0) { sketch in
      max(sketch.twoCircles, LensAgreement(sketch, aspectRatio: eyeRatio).score * sketch.breakInTheMiddle)
    }
    consider(.fisheye, (0.9...1.9).contains(eyeRatio) ? 1 : 0) { CircleEvidence($0, aspectRatio: eyeRatio).score }
    consider(.halfEquirectangular, near(eyeRatio, 1) ? 1 : 0) { PoleEvidence($0).score }
    return decide(
      candidates, isPanoramic: isPanoramic && stereo.layout == .mono, isSquare: near(eyeRatio, 1), stereo: stereo)
  }

  private static func decide(
    _ candidates: [(name: ShapeName, score: Double)], isPanoramic: Bool, isSquare: Bool,
    stereo: (layout: StereoLayout, likeness: Double)
  ) -> RecognizedShape {
    let ordered = candidates.sorted { $0.score > $1.score }
    let (best, second) = (ordered[0], ordered.count > 1 ? ordered[1].score : 0)
    let sure = min(1, stereo.layout == .mono ? 1 : 0.5 + stereo.likeness / 2)
    if best.score >= 0.4 {
      let margin = unit((best.score - second) / 0.4)
      return RecognizedShape(
        projection: best.name, stereo: stereo.layout,
        confidence: min(mostConfident, best.score * (0.5 + 0.5 * margin) * sure))
    }
    // Nobody makes flat pictures that are twice as wide as high.
    if isPanoramic {
      return RecognizedShape(projection: .equirectangular, stereo: .mono, confidence: 0.5 + 0.2 * best.score)
    }
    // A square may be a lens's without its corners.
    let most = isSquare ? 0.6 : mostConfident
    return RecognizedShape(
      projection: .flat, stereo: stereo.layout, confidence: min(most, (0.9 - best.score) * sure))
  }

  private static func panorama(_ sketch: PictureSketch) -> Double {
    let meets = BorderContinuity(sketch, as: Equirectangular()).score
    // What is black around two lenses is alike along the edges, too, and the lenses' rims do meet.
    return (meets * (0.4 + 0.6 * PoleEvidence(sketch).score)).squareRoot() * (1 - 0.5 * sketch.breakInTheMiddle)
      * (1 - sketch.twoCircles)
  }

  private static func near(_ ratio: Double, _ other: Double) -> Bool { abs(ratio / other - 1) < 0.04 }

  private static func stereo(of sketches: [PictureSketch]) -> (layout: StereoLayout, likeness: Double) {
    func likeness(_ layout: StereoLayout) -> Double {
      let values = sketches.map { StereoEvidence($0.eye(of: layout), $0.otherEye(of: layout)).likeness }.sorted()
      return Double(values[values.count / 2])
    }
    let (down, across) = (likeness(.topBottom), likeness(.leftRight))
    guard max(down, across) >= 0.6 else { return (.mono, 1) }
    if down >= across { return (.topBottom, down) }
    // A panorama may be the same to the left and to the right; two eyes' pictures have a border between them.
    let isOnePanorama = sketches.allSatisfy {
      near($0.aspectRatio, 2) && $0.breakInTheMiddle < 0.3 && panorama($0) > 0.6
    }
    return isOnePanorama ? (.mono, 1) : (.leftRight, across)
  }
}

extension PictureSketch {
  /// Whether two lenses drew a circle each, beside each other.
  fileprivate var twoCircles: Double {
    [eye(of: .leftRight), otherEye(of: .leftRight)].map { CircleEvidence($0, aspectRatio: aspectRatio / 2).score }
      .min() ?? 0
  }

  fileprivate var aspectRatio: Double { Double(width) / Double(height) }

  /// How much more neighbours differ across the middle than beside it, as between the pictures of two lenses: 0…1.
  fileprivate var breakInTheMiddle: Double {
    guard width >= 32 else { return 0 }
    // A line in the middle, as a grid has one, is no border.
    func change(_ column: Int) -> Double {
      let sum = (0..<height).reduce(Float(0)) { sum, row in
        sum + PictureSketch.difference(self[column + 2, row], self[column - 3, row])
      }
      return Double(sum) / Double(height)
    }
    let middle = width / 2
    let beside = (change(middle - 8) + change(middle + 8)) / 2
    return unit(((change(middle) + 1) / (beside + 1) - 1.4) / 0.8)
  }

  /// The left eye's part.
  func eye(of layout: StereoLayout) -> PictureSketch {
    switch layout {
    case .mono, .twoTracks: self
    case .topBottom: part(0..<width, 0..<max(1, height / 2))
    case .leftRight: part(0..<max(1, width / 2), 0..<height)
    }
  }

  /// The right eye's part.
  func otherEye(of layout: StereoLayout) -> PictureSketch {
    switch layout {
    case .mono, .twoTracks: self
    case .topBottom: part(0..<width, min(height - 1, height - height / 2)..<height)
    case .leftRight: part(min(width - 1, width - width / 2)..<width, 0..<height)
    }
  }
}
