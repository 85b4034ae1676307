import Media

/// Decides about a frame whose time has come or gone.
package enum LatePolicy {
  package enum Verdict: Hashable {
    case publish
    /// Not worth projecting: a newer one is about to come.
    case drop
    /// Publish it, and let the time line start anew from here: catching up is hopeless.
    case publishAndReanchor
  }

  /// Later than this, playback goes on from where it is instead of catching up.
  package static let hopeless = MediaTime(seconds: 0.5)

  /// - Parameters:
  ///   - due: when the frame ought to have been shown.
  ///   - period: how long it is to be seen.
  ///   - hasNewer: whether the frame after it is decoded.
  ///   - lastPublished: when the frame before it was in fact shown.
  package static func verdict(
    due: MediaTime, now: MediaTime, period: MediaTime, hasNewer: Bool, lastPublished: MediaTime?
  ) -> Verdict {
    let lateness = now - due
    if lateness <= period { return .publish }
    if hasNewer { return .drop }
    if lateness > hopeless { return .publishAndReanchor }
    // Catching up: frames come as fast as they are decoded, but are shown no faster than usual.
    if let lastPublished, now - lastPublished < period { return .drop }
    return .publish
  }
}
