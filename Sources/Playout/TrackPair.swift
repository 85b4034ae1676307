import FFmpeg

/// Two tracks of films that belong together: of one size and codec, in their order in the file.
///
/// They are chosen by their size: a camera's file may hold a third, smaller one.
package struct TrackPair: Hashable, Sendable {
  /// Indices of tracks.
  package let first: Int
  package let second: Int

  /// The first two tracks that are like `video`; nil when it is alone.
  init?(of video: VideoStream, among tracks: [Track]) {
    let alike = tracks.filter { $0.size == video.size && $0.codecName == video.codecName }
    guard alike.count >= 2 else { return nil }
    (first, second) = (alike[0].index, alike[1].index)
  }
}
