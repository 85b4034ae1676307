import FFmpeg
import Media
import SphericalVideo

/// What `preset` shows of `file` at `time` after its start: `cupola snapshot`.
///
/// The picture is the last one that is due at `time`, or the file's last.
/// - Throws: `MediaError` when the file cannot be opened, or holds no picture that can be decoded.
public func snapshot(
  file: String, access: MediaAccess = MediaAccess(), preset: CameraPreset, time: MediaTime = .zero, size: VideoSize
) throws(MediaError) -> VideoFrame {
  let source = try MediaFileSource(url: file, access: access)
  if time > .zero { source.seek(to: time) }
  var best: SourceFrame?
  while let frame = try source.nextFrame() {
    if best != nil, frame.position > time { break }
    best = frame
  }
  if best == nil, time > .zero {
    // Nothing follows the place that was sought.
    return try snapshot(file: file, access: access, preset: preset, size: size)
  }
  guard let best else { throw .noVideo }
  let item = ActiveItem(
    OpenItem(item: PlaylistItem(name: Playlist.name(of: file), url: file), index: 0, source: source))
  let view = PresetView(preset: preset, size: size, tables: RemapTableCache(capacity: 1))
  return VideoFrame(view.picture(of: item.timedFrame(best.frame, best.position)))
}
