import FFmpeg
import Media
import SphericalVideo
import Synchronization

/// What a preset shows of the programme, in one size: each frame is projected once, whoever wants it.
///
/// Its pictures are pooled, and whoever has one keeps it as long as needed. Who asks first projects, on its own thread;
/// who asks for the same frame meanwhile waits for that.
public final class PresetView: Sendable {
  private struct State {
    var preset: CameraPreset
    var table: (view: SourceView, preset: CameraPreset, table: RemapTable)?
    var drawing: ViewDrawing?
    /// The last picture, and what it was made of.
    var last: (frame: UInt64, view: SourceView, preset: CameraPreset, picture: Picture)?
    /// How many use it now.
    var users = 0
    var projections: UInt64 = 0
  }

  public let size: VideoSize
  private let turn: PictureTurn
  private let tables: RemapTableCache
  private let state: Mutex<State>

  /// - Parameter turn: how its pictures are stored, for a screen that hangs turned; `size` is that of what is stored.
  public init(preset: CameraPreset, size: VideoSize, turn: PictureTurn = .none, tables: RemapTableCache) {
    self.size = size
    self.turn = turn
    self.tables = tables
    state = Mutex(State(preset: preset))
  }

  public var preset: CameraPreset { state.withLock { $0.preset } }

  /// Looks elsewhere from the next picture on.
  public func update(preset: CameraPreset) { state.withLock { $0.preset = preset } }

  /// How many pictures were projected so far.
  public var projections: UInt64 { state.withLock { $0.projections } }

  /// Looks out of `source`.
  public func picture(of source: TimedFrame) -> Picture {
    state.withLock { state in
      let (frame, preset) = (source.frame.serial, state.preset)
      if let last = state.last, last.frame == frame, last.view === source.view, last.preset == preset {
        return last.picture
      }
      // Where nobody reads it any more, its memory is that of the next one.
      state.last = nil
      let table = table(for: source.view, &state)
      let drawing = drawing(for: source.frame, &state)
      let picture = unsafe source.withPictures { first, second in
        unsafe drawing.makePicture {
          unsafe Remapper.remap(
            first, second, through: table, into: $0,
            black: source.frame.colour.range == .full ? 0 : 16)
        }
      }
      state.last = (frame, source.view, preset, picture)
      state.projections += 1
      return picture
    }
  }

  /// Makes what `picture` needs for frames like this one, which takes many milliseconds.
  public func prepare(for source: TimedFrame) {
    // Outside of the lock: a table that is being made holds up nobody who needs another.
    let preset = preset
    let table = tables.table(from: source.view.geometry, to: size, view: camera(preset))
    let drawing = state.withLock { $0.drawing }.flatMap { $0.isFor(source.frame) ? $0 : nil }
    let prepared = drawing ?? ViewDrawing(for: source.frame, size: size)
    state.withLock { state in
      state.table = (source.view, preset, table)
      state.drawing = prepared
    }
  }

  /// Somebody is going to ask for pictures.
  func begin() { state.withLock { $0.users += 1 } }

  /// Somebody asks for no more pictures; with the last one goes all that they need.
  func end() {
    state.withLock { state in
      state.users -= 1
      guard state.users <= 0 else { return }
      state.table = nil
      state.drawing = nil
      state.last = nil
    }
  }

  private func camera(_ preset: CameraPreset) -> CameraView {
    var view = preset.view
    view.turn = turn
    return view
  }

  private func table(for view: SourceView, _ state: inout State) -> RemapTable {
    if let table = state.table, table.view === view, table.preset == state.preset { return table.table }
    let table = tables.table(from: view.geometry, to: size, view: camera(state.preset))
    state.table = (view, state.preset, table)
    return table
  }

  private func drawing(for frame: VideoFrame, _ state: inout State) -> ViewDrawing {
    if let drawing = state.drawing, drawing.isFor(frame) { return drawing }
    let drawing = ViewDrawing(for: frame, size: size)
    state.drawing = drawing
    return drawing
  }
}
