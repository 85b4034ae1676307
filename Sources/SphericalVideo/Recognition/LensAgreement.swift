/// Whether two lenses beside each other see the same where both see it, at the rim of each.
struct LensAgreement {
  /// 0…1.
  let score: Double

  /// Of a lens, in degrees: the one by which they agree best counts.
  private static let fieldsOfView = stride(from: 180.0, through: 220, by: 5)
  private static let samples = 128

  init(_ sketch: PictureSketch, aspectRatio: Double) {
    score =
      Self.fieldsOfView.map {
        Self.score(sketch, Fisheye.dual(aspectRatio: aspectRatio, fieldOfView: .degrees($0)))
      }.max() ?? 0
  }

  /// Whether they agree at their seam, and a little to each side of it, where the one sees more and the other less: what
  /// is only the same to the left and to the right does not.
  private static func score(_ sketch: PictureSketch, _ lenses: Fisheye) -> Double {
    [0, -aside, aside].map { ring(at: $0, sketch, lenses) }.min() ?? 0
  }

  /// In degrees.
  private static let aside = 4.0

  private static func ring(at degrees: Double, _ sketch: PictureSketch, _ lenses: Fisheye) -> Double {
    let (along, across) = (Angle.degrees(degrees).sine, Angle.degrees(degrees).cosine)
    let pairs = (0..<samples).map { sample in
      let angle = Angle.degrees(360 * Double(sample) / Double(samples))
      let places = lenses.places(towards: Vector3(x: angle.cosine * across, y: angle.sine * across, z: along))
      return (sketch.value(at: places.0), sketch.value(at: places.1))
    }
    var (same, anywhere) = (0.0, 0.0)
    for (index, pair) in pairs.enumerated() {
      same += Double(PictureSketch.difference(pair.0, pair.1)) / Double(samples)
      let other = pairs[(index + samples / 3) % samples].1
      anywhere += Double(PictureSketch.difference(pair.0, other)) / Double(samples)
    }
    // On a panorama's rows much is alike, too, but not what is small.
    let likeness = BorderContinuity.likeness(pairs.map(\.0), pairs.map(\.1)) ?? 0
    return unit((0.6 - (same + 0.5) / (anywhere + 0.5)) / 0.35) * unit((anywhere - 4) / 8)
      * unit((Double(likeness) - 0.15) / 0.3)
  }
}
