import Health
import Signalling
import Testing

@Suite struct StatusSentenceTests {
  private var sentence: StatusSentence {
    StatusSentence(
      item: ItemStatus(
        name: "beach.mp4", index: 1, count: 14, position: 3, duration: 60, paused: false, testCard: false),
      preset: "front", viewers: 3, decoder: "software")
  }

  @Test func `what is on, where, for how many and by what`() {
    #expect(sentence.text == "playing beach.mp4, 2 of 14; front; 3 viewers; software decode")
  }

  @Test func `a pause, an end, one viewer and no network are told`() {
    var sentence = sentence
    sentence.item.paused = true
    sentence.viewers = 1
    sentence.isReachable = false
    #expect(sentence.text == "paused in beach.mp4, 2 of 14; front; 1 viewer; software decode; no network")
    sentence.hasEnded = true
    #expect(sentence.text.hasPrefix("holding the last picture of beach.mp4, 2 of 14;"))
  }

  @Test func `the test card and the first item have no place and no name`() {
    var sentence = sentence
    sentence.item.name = ""
    #expect(sentence.text.hasPrefix("opening the first item; front;"))
    sentence.item.testCard = true
    #expect(sentence.text == "showing the test card, for there is nothing to play; front; 3 viewers")
  }
}
