import Appliance
import Media
import Persistence
import Playout
import Testing

@Suite struct ResumePointTests {
  @Test func `what is kept says where playback goes on`() {
    var state = SavedState()
    #expect(state.resumePoint == nil)
    (state.item, state.index, state.position) = ("/media/a.mp4", 3, 12.345)
    #expect(state.resumePoint == ResumePoint(url: "/media/a.mp4", index: 3, position: MediaTime(seconds: 12.345)))
  }
}
