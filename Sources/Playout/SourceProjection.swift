import Media
import SphericalMetadata
import SphericalVideo

/// What is made of a picture: which part of it is looked at, how it is turned, and as what it is taken.
package struct SourceProjection: Sendable, Hashable {
  /// How the upright picture of one eye covers the world.
  package enum Shape: Hashable, Sendable {
    case equirectangular(Equirectangular.Bounds)
    /// Its cells in so many columns; `padding` is in pixels of the picture, at each edge of a face.
    case cubemap(columns: Int, padding: Int)
    case equiangularCubemap
    /// Its field of view in degrees.
    case fisheye(lensFieldOfView: Double)
    /// Both lenses in one picture, or one in each of two tracks.
    case dualFisheye(lensFieldOfView: Double, tracks: Int)
    /// GoPro MAX: of its two tracks, so many are there.
    case goproMax(tracks: Int, overlap: Int)
    /// As their maker measured them, beside each other in one picture, or one in each of as many; a field of view in
    /// degrees to which they are good, if somebody said one.
    case measuredLenses(LensCalibration, pictures: Int, lensFieldOfView: Double?)
    /// The left eye's, and the right eye's if it has one of its own.
    case mesh([SphericalMesh])
    case flat
  }

  package var shape: Shape
  package var eyes: EyeLayout
  package var eye = Eye.left
  package var pose = SphericalMetadata.Pose()
  /// What is in front, in degrees to the right.
  package var heading = 0.0
  /// What is cut off the stored picture first.
  package var crop = SphericalMetadata.Crop.none
  /// How the rest is turned to be upright, unless a picture says otherwise of itself.
  package var turn = PictureTurn.none
  /// How wide a sample of the upright picture is, its height being 1.
  package var sampleAspectRatio = 1.0
  package var origin: ShapeOrigin
  /// How sure it is: 0…1.
  package var confidence: Double
  /// What else there is to be said of it, for people.
  package var notes: [String] = []

  package init(
    _ shape: Shape, stereo: StereoLayout = .mono, origin: ShapeOrigin, confidence: Double, notes: [String] = []
  ) {
    self.shape = shape
    eyes = EyeLayout(layout: stereo)
    self.origin = origin
    self.confidence = confidence
    self.notes = notes
  }

  /// Says something for people, once.
  mutating func note(_ note: String) {
    if !notes.contains(note) { notes.append(note) }
  }

  /// The tracks that are looked at, in their order: one, or two in step.
  ///
  /// - Parameter pair: The two tracks that are alike, if the file has such.
  /// - Returns: none for the one that is best.
  func tracks(of pair: TrackPair?) -> [Int] {
    guard let pair else { return [] }
    if shape.tracks == 2 { return [pair.first, pair.second] }
    return stereo == .twoTracks ? [looksAtFirst ? pair.first : pair.second] : []
  }

  /// Whether the upper or left picture of two is looked at.
  private var looksAtFirst: Bool { (eye == .left) != swapsEyes }

  package var name: ShapeName {
    switch shape {
    case .equirectangular(.half): .halfEquirectangular
    case .equirectangular: .equirectangular
    case .cubemap(3, _): .cubemap3x2
    case .cubemap(6, _): .cubemap6x1
    case .cubemap: .cubemap1x6
    case .equiangularCubemap: .eac
    case .goproMax: .goproMax
    case .fisheye: .fisheye
    case .dualFisheye: .dualFisheye
    case .measuredLenses(let calibration, _, _): calibration.lenses.count == 2 ? .dualFisheye : .fisheye
    case .mesh: .mesh
    case .flat: .flat
    }
  }

  package var report: ShapeReport {
    ShapeReport(
      projection: name, stereo: stereo, eye: eye, origin: origin, confidence: (confidence * 100).rounded() / 100)
  }

  /// The part of a stored picture of `size` that is looked at, if the picture itself says that it is turned by `turn`.
  package func region(of size: VideoSize, turn: PictureTurn? = nil) -> PictureRegion {
    let turn = turn ?? self.turn
    var (left, right) = (crop.left, size.width - crop.right)
    var (top, bottom) = (crop.top, size.height - crop.bottom)
    // What would leave nothing is ignored.
    if left >= right { (left, right) = (0, size.width) }
    if top >= bottom { (top, bottom) = (0, size.height) }
    if stereo == .topBottom || stereo == .leftRight {
      // Two corners of the upright eye, where they are stored.
      let (start, end) = looksAtFirst ? (0, 0.5) : (0.5, 1)
      let near = turn.stored(x: stereo == .leftRight ? start : 0, y: stereo == .topBottom ? start : 0)
      let far = turn.stored(x: stereo == .leftRight ? end : 1, y: stereo == .topBottom ? end : 1)
      (left, right) = Self.part(left, right, near.x, far.x)
      (top, bottom) = Self.part(top, bottom, near.y, far.y)
    }
    // Chroma is not cut in two.
    if !left.isMultiple(of: 2), left + 1 < right { left += 1 }
    if !top.isMultiple(of: 2), top + 1 < bottom { top += 1 }
    return PictureRegion(
      x: left & ~1, y: top & ~1, size: VideoSize(width: right - (left & ~1), height: bottom - (top & ~1)))
  }

  /// Between two places of an interval, given from 0 to 1; never nothing. The middle sample of an odd number is neither
  /// half's.
  private static func part(_ start: Int, _ end: Int, _ one: Double, _ other: Double) -> (Int, Int) {
    let length = Double(end - start)
    let first = start + Int((length * min(one, other)).rounded(.up))
    let last = start + Int((length * max(one, other)).rounded(.down))
    return (min(first, end - 1), max(last, min(first, end - 1) + 1))
  }

  /// The size of what is looked at, upright.
  package func viewedSize(of size: VideoSize) -> VideoSize { turn.turned(region(of: size).size) }

  /// The geometry of what is looked at, which has `size` as it is stored.
  package func projection(for size: VideoSize, turn: PictureTurn? = nil) -> any Projection {
    let turn = turn ?? self.turn
    return upright(turn.turned(size)).stored(by: turn)
  }

  private func upright(_ size: VideoSize) -> any Projection {
    let aspectRatio = Double(size.width) * sampleAspectRatio / Double(size.height)
    func cubemap(_ columns: Int, _ padding: Int) -> Cubemap {
      let rows = 6 / columns
      let part = (
        x: Double(padding * columns) / Double(size.width), y: Double(padding * rows) / Double(size.height)
      )
      switch columns {
      case 3: return .threeByTwo(padding: part)
      case 6: return .sixByOne(padding: part)
      default: return .oneBySix(padding: part)
      }
    }
    let projection: any Projection =
      switch shape {
      case .equirectangular(let bounds): Equirectangular(bounds: bounds)
      case .cubemap(let columns, let padding): cubemap(columns, padding)
      case .equiangularCubemap: Cubemap.equiangular(pixelsWide: size.width, high: size.height)
      case .fisheye(let degrees):
        Fisheye([.inscribed(in: .whole, aspectRatio: aspectRatio, fieldOfView: .degrees(degrees))])
      case .dualFisheye(let degrees, 2): Fisheye.twoPictures(aspectRatio: aspectRatio, fieldOfView: .degrees(degrees))
      case .dualFisheye(let degrees, _): Fisheye.dual(aspectRatio: aspectRatio, fieldOfView: .degrees(degrees))
      case .goproMax(let tracks, let overlap):
        GoProMax(width: size.width, height: size.height, overlap: overlap, pictures: tracks)
      case .measuredLenses(let calibration, let pictures, let degrees):
        Fisheye(calibration, pictures: pictures, fieldOfView: degrees.map(Angle.degrees))
      case .mesh(let meshes): Mesh(eye == .left ? meshes[0] : meshes[meshes.count - 1])
      case .flat: Flat(aspectRatio: aspectRatio)
      }
    // What is to be in front was to the right.
    return projection.posed(by: .pose(yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll))
      .posed(by: Orientation(yaw: .degrees(-heading)))
  }
}

extension SourceProjection.Shape {
  /// In how many tracks the pictures are.
  var tracks: Int {
    switch self {
    case .dualFisheye(_, let tracks), .goproMax(let tracks, _), .measuredLenses(_, let tracks, _): tracks
    default: 1
    }
  }
}

extension Mesh {
  fileprivate init(_ mesh: SphericalMesh) {
    func corner(_ index: UInt32) -> Corner {
      let vertex = mesh.vertices[Int(index)]
      return Corner(
        direction: Vector3(x: Double(vertex.x), y: Double(vertex.y), z: Double(vertex.z)),
        point: ImagePoint(x: Double(vertex.u), y: Double(vertex.v)))
    }
    self.init(mesh.triangles.map { Triangle(corner($0.x), corner($0.y), corner($0.z)) })
  }
}

extension SourceProjection: CustomStringConvertible {
  package var description: String {
    var words = [name.rawValue]
    switch shape {
    case .fisheye(let degrees), .dualFisheye(let degrees, _): words[0] += " of \(degrees.shortDegrees)"
    case .measuredLenses: words.append("its lenses as their maker measured them")
    case .equirectangular(let bounds) where bounds != .full && bounds != .half:
      words.append("a part of the sphere")
    default: break
    }
    if shape.tracks == 2 { words.append("two tracks") }
    if pose != .init() { words.append("turned by yaw \(pose.yaw)°, pitch \(pose.pitch)°, roll \(pose.roll)°") }
    if heading != 0 { words.append("heading \(heading.shortDegrees)") }
    switch stereo {
    case .mono: break
    case .topBottom: words.append("the \(looksAtFirst ? "upper" : "lower") picture of two")
    case .leftRight: words.append("the \(looksAtFirst ? "left" : "right") picture of two")
    case .twoTracks: words.append("the \(looksAtFirst ? "first" : "second") track of two")
    }
    if crop != .none {
      words.append("cropped by \(crop.left) left, \(crop.right) right, \(crop.top) above, \(crop.bottom) below")
    }
    if turn != .none { words.append("the stored picture \(turn)") }
    return (words + notes).joined(separator: ", ") + " (\(origin.words))"
  }
}

extension Double {
  /// Without a fraction that says nothing.
  fileprivate var shortDegrees: String { rounded() == self && magnitude < 1e6 ? "\(Int(self))°" : "\(self)°" }
}
