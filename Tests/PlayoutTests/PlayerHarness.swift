import FFmpeg
import Media
import Playout
import Threads

/// A player whose clock stands still, with all that comes out of it.
final class PlayerHarness {
  let clock = VirtualClock()
  let player: Player
  let recorder: Recorder
  private let log = Monitor([PlayerEvent]())

  var events: [PlayerEvent] { log.withLock { $0 } }

  init(
    _ sources: [String], repeats: Bool = true, framerate: Int = 30, readsNumbers: Bool = false,
    decodesAhead: Bool = true, resume: ResumePoint? = nil, journal: (any ItemJournal)? = nil,
    open: (@Sendable (PlaylistItem, Interruption) throws(MediaError) -> any FrameSource)? = nil
  ) {
    let configuration = PlayerConfiguration(
      // A bare name would be a folder that is not there.
      sources: sources.map { MediaLocation(open == nil ? $0 : "script://\($0)") }, repeats: repeats,
      maximumFramerate: framerate,
      testCardSize: VideoSize(width: 768, height: 384), decoderThreads: 1)
    // The tests' clips are panoramas, though their pixels do not look like it.
    var environment = Player.Environment.live(configuration, clock: clock, shapes: nil)
    environment.run = { work in
      work()
      return true
    }
    environment.journal = journal
    environment.readsAhead = false
    environment.decodesAhead = decodesAhead
    if let open { environment.open = open }
    player = Player(configuration: configuration, environment: environment) { [log] event in
      log.update { $0.append(event) }
    }
    recorder = Recorder(clock: clock, readsNumbers: readsNumbers)
    player.attach(recorder)
    player.start(from: resume)
  }

  deinit {
    clock.release()
    player.stop()
  }
}
