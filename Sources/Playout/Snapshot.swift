import FFmpeg
import Media
import SphericalVideo

/// What `preset` shows of `file` at `time` after its start: `cupola snapshot`.
///
/// The picture is the last one that is due at `time`, or the file's last.
/// - Throws: `MediaError` when the file cannot be opened, or holds no picture that can be decoded.
public func snapshot(
  file: MediaLocation, access: MediaAccess = MediaAccess(), shape: ShapeOverride = .none, preset: CameraPreset,
  time: MediaTime = .zero, size: VideoSize
) throws(MediaError) -> VideoFrame {
  let source = try MediaFileSource(url: file, access: access, shape: shape, shapes: ShapeFinder())
  if time > .zero { source.seek(to: time) }
  var best = try source.frame(at: time)
  // What a seek did not find may be there all the same.
  if best == nil, time > .zero {
    best = try MediaFileSource(url: file, access: access, shape: shape, shapes: ShapeFinder()).frame(at: time)
  }
  guard let best else { throw .noVideo }
  let item = ActiveItem(
    OpenItem(item: PlaylistItem(file), index: 0, source: source))
  let view = PresetView(preset: preset, size: size, tables: RemapTableCache(capacity: 1))
  return VideoFrame(view.picture(of: item.timedFrame(best, best.position)))
}

extension MediaFileSource {
  /// The frame that is on at `time`, or the last there is, from where it is now on; nil when none comes.
  package func frame(at time: MediaTime) throws(MediaError) -> SourceFrame? {
    var search = ItemSearch(for: time, isAsked: true, isThorough: true)
    do throws(MediaError) {
      while let frame = try nextFrame() {
        if case .found(let frames) = search.take(frame) { return frames.first }
      }
    } catch {
      // Where it breaks off is its end.
      guard let last = search.last() else { throw error }
      return last
    }
    return search.last()
  }
}
