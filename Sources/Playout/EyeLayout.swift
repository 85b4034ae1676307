import Media

/// Where the pictures for two eyes are, and how that is known.
package struct EyeLayout: Hashable, Sendable {
  /// From the weakest to the strongest.
  package enum Source: Int, Comparable, Sendable {
    case nothing
    case name
    case pixels
    /// The pictures' own words (SEI).
    case pictures
    case container
    case override

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
  }

  package var layout = StereoLayout.mono
  /// Whether the right eye's picture is the upper or the left one.
  package var swapsEyes = false
  package var source = Source.nothing
}

extension SourceProjection {
  package var stereo: StereoLayout {
    get { eyes.layout }
    set { eyes.layout = newValue }
  }

  package var swapsEyes: Bool {
    get { eyes.swapsEyes }
    set { eyes.swapsEyes = newValue }
  }

  /// Takes what the pictures say of themselves, unless something stronger says where the eyes are; then what disagrees
  /// is noted.
  package mutating func take(_ packing: FramePacking) {
    guard let layout = packing.layout else {
      note("stereoscopic in a way that is not supported")
      return
    }
    if eyes.source <= .pictures {
      eyes = EyeLayout(layout: layout, swapsEyes: packing.swapsEyes, source: .pictures)
    } else if eyes.layout != layout {
      note("though its pictures say \(layout.rawValue)")
    } else if eyes.swapsEyes != packing.swapsEyes, layout != .mono, eyes.source != .override {
      note("though its pictures say that the \(packing.swapsEyes ? "right" : "left") eye comes first")
    }
  }
}
