import Delivery
import Testing

@Suite struct RotationTests {
  @Test func `everybody comes once, each time with another first`() {
    let rounds = (0..<4).map { Array(Rotation(["a", "b", "c"], from: $0)).joined() }
    #expect(rounds == ["abc", "bca", "cab", "abc"])
  }

  @Test func `a count that has gone around is one like another`() {
    #expect(Array(Rotation([1, 2], from: .max)) == [2, 1])
    #expect(Array(Rotation([Int](), from: 5)).isEmpty)
  }
}
