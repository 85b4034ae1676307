/// What a picture covers the world with, by the name that people give it: in the configuration, in lists, on the command
/// line and in reports.
public enum ShapeName: String, Hashable, Sendable, CaseIterable, Codable {
  case equirectangular
  case halfEquirectangular = "half-equirectangular"
  case cubemap3x2 = "cubemap-3x2"
  case cubemap6x1 = "cubemap-6x1"
  case cubemap1x6 = "cubemap-1x6"
  /// The equi-angular cubemap of YouTube.
  case eac
  /// The two tracks of GoPro's MAX: equi-angular faces, of which those at the sides were seen by two lenses.
  case goproMax = "gopro-max"
  case fisheye
  case dualFisheye = "dual-fisheye"
  case mesh
  case flat
}

/// Where the pictures for two eyes are.
public enum StereoLayout: String, Hashable, Sendable, CaseIterable, Codable {
  case mono
  case topBottom = "top-bottom"
  case leftRight = "left-right"
  /// In two tracks, the left eye's first.
  case twoTracks = "two-tracks"
}

/// Whose picture is shown.
public enum Eye: String, Hashable, Sendable, CaseIterable, Codable {
  case left
  case right
}
