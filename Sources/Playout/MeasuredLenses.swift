import Glibc
import Media
import SphericalMetadata
import SphericalVideo

extension Fisheye {
  /// The lenses of a camera as their maker measured them.
  ///
  /// - Parameters:
  ///   - pictures: 1: the lenses' squares are beside each other; 2: each has a picture of its own.
  ///   - fieldOfView: To which they are good, if that is known better.
  init(_ calibration: LensCalibration, pictures: Int, fieldOfView: Angle? = nil) {
    let count = calibration.lenses.count
    self.init(
      calibration.lenses.enumerated().map { index, lens in
        let width = pictures == 1 ? 1 / Double(count) : 1
        let face = Face(
          picture: pictures == 1 ? 0 : index, x: pictures == 1 ? Double(index) * width : 0, y: 0, width: width,
          height: 1)
        // One of the picture that was measured.
        let (across, down) = (width / calibration.width, 1 / calibration.height)
        let centre = ImagePoint(x: face.x + lens.x * across, y: lens.y * down)
        let orientation = Orientation(lens, isFirst: index == 0)
        switch lens.model {
        case .equidistant(let radius):
          return FisheyeLens(
            face: face, centre: centre, radius: (radius * across, radius * down),
            fieldOfView: fieldOfView ?? LensCalibration.equidistantFieldOfView, orientation: orientation)
        case .unifiedSphere(let numbers):
          return FisheyeLens(
            face: face, centre: centre, radius: (numbers.focalLengthX * across, numbers.focalLengthY * down),
            fieldOfView: fieldOfView ?? LensCalibration.unifiedFieldOfView, orientation: orientation,
            model: .unifiedSphere(UnifiedSphere(numbers)))
        }
      })
  }
}

extension UnifiedSphere {
  fileprivate init(_ numbers: LensCalibration.UnifiedSphereNumbers) {
    self.init(
      mirror: numbers.mirror, radial: SIMD3(numbers.k1, numbers.k2, numbers.k3),
      tangential: SIMD2(numbers.p1, numbers.p2))
  }
}

extension LensCalibration {
  /// Where the radius of the first calibrations is measured: the most usual of their lenses.
  fileprivate static let equidistantFieldOfView = Angle.degrees(190)
  /// Beyond it there is the camera's own body.
  fileprivate static let unifiedFieldOfView = Angle.degrees(200)
  /// What sees less is no lens of two that see everything.
  private static let leastReach = Angle.degrees(85)

  /// How far a lens sees that sees too little; nil: all are good.
  fileprivate var shortReach: Angle? {
    lenses.lazy.compactMap { lens -> Angle? in
      guard case .unifiedSphere(let numbers) = lens.model else { return nil }
      return UnifiedSphere(numbers).reach
    }.first { $0 < Self.leastReach }
  }

  /// Whether a picture shows so many of its lenses.
  fileprivate func isOf(_ count: Int, aspectRatio: Double) -> Bool {
    abs(aspectRatio * height / width / Double(count) - 1) < 0.02
  }
}

extension SourceProjection {
  /// Takes the picture for what its maker's lenses show, if it can be that.
  ///
  /// - Parameters:
  ///   - size: Of the stored picture.
  ///   - tracks: How many that are alike there are: of two, each is of one lens.
  mutating func takeLenses(_ calibration: LensCalibration, size: VideoSize?, tracks: Int) {
    var calibration = calibration
    if let reach = calibration.shortReach {
      shape = .dualFisheye(lensFieldOfView: 190, tracks: tracks)
      confidence = 0.5
      notes.append("though its maker's lenses are said to end at \(Int(reach.degrees))°")
      return
    }
    if let viewed = size.map(viewedSize(of:)) {
      let aspectRatio = Double(viewed.width) * sampleAspectRatio / Double(viewed.height)
      if calibration.isOf(1, aspectRatio: aspectRatio) {
        if calibration.lenses.count == 2, tracks == 2 {
          shape = .measuredLenses(calibration, pictures: 2, lensFieldOfView: nil)
          return
        }
        calibration.lenses = [calibration.lenses[0]]
      } else if !calibration.isOf(calibration.lenses.count, aspectRatio: aspectRatio) {
        // What such a camera makes of one lens alone is a flat film, and what it has stitched a panorama.
        (origin, confidence) = (.none, 0.2)
        notes.append("though its maker's trailer is of lenses that are not in this picture")
        return
      }
    }
    shape = .measuredLenses(calibration, pictures: 1, lensFieldOfView: nil)
  }
}

extension Orientation {
  /// Where a lens looks whose angles its maker wrote down: the world is turned into the lens's terms (x to the right, y
  /// down, z along its axis) by Ry(pitch + 90°) · Rz(yaw) · Rx(roll), and for the first lens by half a turn about z
  /// before; the world's x is forward and its z up (as Gyroflow's telemetry-parser has found out). So a roll of 90° is
  /// upright, and the first of two looks forward.
  fileprivate init(_ lens: LensCalibration.Lens, isFirst: Bool) {
    func turned(_ pair: (Double, Double), by degrees: Double) -> (Double, Double) {
      let (s, c) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
      return (pair.0 * c + pair.1 * s, pair.1 * c - pair.0 * s)
    }
    /// Where an axis of the lens points: the way back.
    func world(_ axis: Vector3) -> Vector3 {
      var v = axis
      (v.z, v.x) = turned((v.z, v.x), by: lens.pitch + 90)
      (v.x, v.y) = turned((v.x, v.y), by: lens.yaw)
      (v.y, v.z) = turned((v.y, v.z), by: lens.roll)
      let half = isFirst ? -1.0 : 1
      return Vector3(x: -half * v.y, y: v.z, z: -half * v.x)
    }
    self.init(
      right: world(Vector3(x: 1, y: 0, z: 0)), up: world(Vector3(x: 0, y: -1, z: 0)),
      back: world(Vector3(x: 0, y: 0, z: -1)))
  }
}
