extension SphericalMetadata.Bounds {
  /// The part of the full panorama that the picture shows, by the names that Spherical Video V1 took over from Photo
  /// Sphere; all of it where they do not say, or make no sense.
  init(croppedArea number: (_ name: String) -> Double?) {
    func pixels(_ name: String) -> Double? { number(name).flatMap { (0...1e6).contains($0) ? $0 : nil } }
    func edges(full: String, size: String, start: String) -> (before: Double, after: Double)? {
      guard let full = pixels(full), let size = pixels(size), let start = pixels(start),
        size > 0, start + size <= full
      else { return nil }
      return (start / full, (full - start - size) / full)
    }
    guard
      let across = edges(
        full: "FullPanoWidthPixels", size: "CroppedAreaImageWidthPixels", start: "CroppedAreaLeftPixels"),
      let down = edges(
        full: "FullPanoHeightPixels", size: "CroppedAreaImageHeightPixels", start: "CroppedAreaTopPixels")
    else {
      self = .full
      return
    }
    self.init(top: down.before, bottom: down.after, left: across.before, right: across.after)
  }
}
