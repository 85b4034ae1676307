import Media
import Persistence
import Playout

extension SavedState {
  /// Where playback goes on.
  package var resumePoint: ResumePoint? {
    item.map { ResumePoint(url: $0, index: index, position: MediaTime(seconds: position)) }
  }
}

extension TrialRecord: ItemJournal {}
