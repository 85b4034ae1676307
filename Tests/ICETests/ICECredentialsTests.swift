import ICE
import SansIO
import Testing

@Suite struct ICECredentialsTests {
  @Test func `credentials are of the length and the characters that RFC 8839 allows`() {
    var generator = SeededGenerator(seed: 1)
    let made = ICECredentials(random: &generator)
    #expect(ICECredentials(ufrag: made.ufrag, password: made.password) == made)
    #expect(ICECredentials(ufrag: "abc", password: made.password) == nil)
    #expect(ICECredentials(ufrag: made.ufrag, password: "short") == nil)
    #expect(ICECredentials(ufrag: "ab:cd", password: made.password) == nil)
  }
}
