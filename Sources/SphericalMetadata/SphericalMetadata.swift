/// What a file says about how its picture covers the sphere.
public struct SphericalMetadata: Hashable, Sendable {
  public enum Projection: Hashable, Sendable {
    /// It says something else of its picture, but not this.
    case unstated
    case equirectangular(Bounds)
    /// `layout` 0 is the only one that Spherical Video V2 defines; `padding` is in pixels from each face edge.
    case cubemap(layout: UInt32, padding: UInt32)
    /// A mesh of its own, as VR180 cameras write it.
    case mesh
    /// The front half of an equirectangular picture (VR180).
    case halfEquirectangular
    /// A flat picture.
    case rectilinear
    case fisheye
    case dualFisheye
    /// YouTube's.
    case equiangularCubemap
    /// Something else, by the name that the file gives it.
    case other(String)
  }

  /// How much of the full panorama lies outside of the picture at each edge, as a fraction of the panorama's size.
  public struct Bounds: Hashable, Sendable {
    public var top: Double
    public var bottom: Double
    public var left: Double
    public var right: Double

    public init(top: Double = 0, bottom: Double = 0, left: Double = 0, right: Double = 0) {
      self.top = top
      self.bottom = bottom
      self.left = left
      self.right = right
    }

    public static let full = Bounds()
  }

  /// How the camera was turned, in degrees, as in Spherical Video V2: yaw then pitch then roll,
  /// counter-clockwise about the up, right and forward axes.
  public struct Pose: Hashable, Sendable {
    public var yaw: Double
    public var pitch: Double
    public var roll: Double

    public init(yaw: Double = 0, pitch: Double = 0, roll: Double = 0) {
      self.yaw = yaw
      self.pitch = pitch
      self.roll = roll
    }
  }

  public enum Stereo: Hashable, Sendable {
    case mono
    /// The left eye is the upper half.
    case topBottom
    /// The left eye is the left half.
    case leftRight
    /// Anything else, also what a mesh decides.
    case other
  }

  /// What of the picture at each edge is not to be seen, in pixels.
  public struct Crop: Hashable, Sendable {
    public var top: Int
    public var bottom: Int
    public var left: Int
    public var right: Int

    public init(top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0) {
      self.top = top
      self.bottom = bottom
      self.left = left
      self.right = right
    }

    public static let none = Crop()
  }

  /// Where it was said.
  public enum Origin: Hashable, Sendable {
    /// The XML in a `uuid` box (Spherical Video RFC, V1).
    case sphericalVideoV1
    /// The `st3d` and `sv3d` boxes (Spherical Video V2).
    case sphericalVideoV2
    /// The Projection element of Matroska.
    case matroska
    /// Apple's `vexu` box.
    case appleVexu
    /// The XMP of a still panorama (Photo Sphere, `GPano`).
    case photoSphere
    /// What Insta360's cameras write behind their pictures.
    case insta360
    /// Another container's own way.
    case container
    /// The name of the file.
    case name
    /// Nowhere.
    case assumed
  }

  public var projection: Projection
  public var pose: Pose
  public var stereo: Stereo
  /// Whether the right eye's picture comes first.
  public var swapsEyes = false
  public var crop: Crop
  public var origin: Origin
  /// Where `stereo` was said; nil: where the rest was.
  public var stereoOrigin: Origin?
  /// Of a lens, or of a flat picture, in degrees; nil when it is not said.
  public var fieldOfView: Double?
  /// Of `.mesh`; nil where it is not stored as is known.
  public var mesh: SphericalMesh.Stored?
  /// Of `.fisheye` and `.dualFisheye`, if their maker wrote it down.
  public var calibration: LensCalibration?
  /// What else was said, and did not count.
  public var overruled: [String] = []

  public init(
    projection: Projection, pose: Pose = Pose(), stereo: Stereo = .mono, swapsEyes: Bool = false,
    crop: Crop = .none, origin: Origin
  ) {
    self.projection = projection
    self.swapsEyes = swapsEyes
    self.pose = pose
    self.stereo = stereo
    self.crop = crop
    self.origin = origin
  }

  /// Whether there is anything in it that is not so without a word.
  var saysSomething: Bool { projection != .unstated || stereo != .mono || crop != .none }

  /// What several say of a picture: of each thing, what is said first. What disagrees is noted.
  public static func settled(_ all: [SphericalMetadata]) -> SphericalMetadata? {
    guard var result = all.first else { return nil }
    for other in all.dropFirst() {
      if other.projection != .unstated {
        if result.projection == .unstated {
          (result.projection, result.pose, result.origin) = (other.projection, other.pose, other.origin)
          result.fieldOfView = result.fieldOfView ?? other.fieldOfView
          (result.mesh, result.calibration) = (other.mesh, other.calibration)
        } else if !result.projection.isLike(other.projection) {
          result.overruled.append("\(other.origin.words) says \(other.projection.words)")
        }
      }
      if other.stereo != .mono {
        if result.stereo == .mono {
          (result.stereo, result.swapsEyes) = (other.stereo, other.swapsEyes)
          result.stereoOrigin = other.origin
        } else if result.stereo != other.stereo {
          result.overruled.append("\(other.origin.words) says \(other.stereo.words)")
        }
      }
      if result.crop == .none { result.crop = other.crop }
      result.overruled += other.overruled
    }
    return result
  }
}

extension SphericalMetadata.Projection {
  fileprivate func isLike(_ other: Self) -> Bool {
    switch (self, other) {
    case (.equirectangular, .equirectangular), (.equirectangular, .halfEquirectangular),
      (.halfEquirectangular, .equirectangular), (.cubemap, .cubemap), (.mesh, .mesh):
      true
    default: self == other
    }
  }

  fileprivate var words: String {
    switch self {
    case .unstated: "nothing"
    case .equirectangular: "equirectangular"
    case .halfEquirectangular: "half-equirectangular"
    case .cubemap: "a cubemap"
    case .mesh: "a mesh"
    case .rectilinear: "flat"
    case .fisheye: "fisheye"
    case .dualFisheye: "dual-fisheye"
    case .equiangularCubemap: "an equi-angular cubemap"
    case .other(let name): name
    }
  }
}

extension SphericalMetadata.Stereo {
  fileprivate var words: String {
    switch self {
    case .mono: "mono"
    case .topBottom: "top-bottom"
    case .leftRight: "left-right"
    case .other: "another kind of stereo"
    }
  }
}

extension SphericalMetadata.Origin {
  fileprivate var words: String {
    switch self {
    case .sphericalVideoV1: "its V1 metadata"
    case .sphericalVideoV2: "its V2 metadata"
    case .matroska: "Matroska"
    case .appleVexu: "its vexu box"
    case .photoSphere: "its Photo Sphere data"
    case .insta360: "its maker's trailer"
    case .container: "its container"
    case .name: "its name"
    case .assumed: "a guess"
    }
  }
}
