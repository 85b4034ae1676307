import Media

/// How far the player has come with its playlist.
enum PlayerStage: Hashable {
  /// Nothing has opened yet; the test card comes on at `patience` if nothing has by then.
  case opening(patience: MediaTime)
  case playing
  /// The test card is on; the sources are looked at again at `rescan`.
  case testCard(rescan: MediaTime)
  /// The playlist is not repeated and is over; its last frame is held.
  case ended

  /// When something is to be done about it; nil: when somebody asks for it.
  var deadline: MediaTime? {
    switch self {
    case .opening(let time), .testCard(let time): time
    case .playing, .ended: nil
    }
  }
}

/// Whether frames go out as they are due.
enum PlayerMotion: Hashable {
  case playing
  case paused(since: MediaTime)
  /// Paused, and one frame is to be shown all the same: the first one after a jump.
  case previewing(since: MediaTime)

  var isPlaying: Bool { self == .playing }

  var isPreviewing: Bool {
    if case .previewing = self { true } else { false }
  }

  /// nil while playing.
  var pausedSince: MediaTime? {
    switch self {
    case .playing: nil
    case .paused(let time), .previewing(let time): time
    }
  }
}

/// What is known of the item that comes next.
enum Preparation {
  enum Purpose: Hashable {
    /// It follows the one that is on, without a gap.
    case follow
    /// It comes on as soon as it is open, at a position of its own if one is given.
    case jump(seek: MediaTime?)
    /// It comes on from its first packet, whatever part of it is meant: the place that was sought gave nothing.
    case tryFromStart
    /// As the last time: at its position if the item is still there, else whatever opened from its beginning.
    case resume(ResumePoint)
  }

  case none
  /// The opener is at work; `interruption` breaks it off.
  case underway(request: Int, purpose: Purpose, interruption: Interruption)
  case ready(OpenItem)
  /// Its first picture is decoded, or cannot be ahead of its turn.
  case warm(OpenItem)
  case nothingFollows(reason: String)
}
