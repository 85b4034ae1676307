import Fairness
import SansIO
import Testing

struct PINTests {
  @Test(
    arguments: [
      "7K3M-Q9XA", "7k3mq9xa", " 7K3M Q9XA ", "7-k-3-m-q-9-x-a", "7k3m–q9xa".replacing("–", with: "-"),
    ])
  func `case, hyphens and spaces are forgiven`(text: String) throws {
    #expect(try #require(PIN("7K3MQ9XA")).matches(text))
  }

  @Test func `letters that look like digits are those`() throws {
    let pin = try #require(PIN("1000ABCD"))
    for text in ["IOoOabcd", "l0o0-ABCD", "L000 abcd", "i000ABCD"] { #expect(pin.matches(text), "\(text)") }
    #expect(try #require(PIN("0123")).matches("OlZ3".replacing("Z", with: "2")))
  }

  @Test(arguments: ["", "7K3M-Q9X", "7K3M-Q9XAA", "7K3M-Q9XB", "7K3M_Q9XA", "UK3MQ9XA", "\u{0}", "7K3MQ9XA\u{301}"])
  func `anything else is wrong`(text: String) throws {
    #expect(!(try #require(PIN("7K3MQ9XA")).matches(text)))
  }

  @Test func `a very long text is wrong and costs nothing`() throws {
    let pin = try #require(PIN("7K3MQ9XA"))
    #expect(!pin.matches(String(repeating: " ", count: 1_000_000) + "7K3MQ9XA"))
    #expect(!pin.matches(String(repeating: "7", count: 1_000_000)))
  }

  @Test(
    arguments: [
      ("1234", "1234"), ("482913", "482913"), ("0123456789", "0123456789"), ("123456789012", "123456789012"),
      ("12345678", "1234-5678"), ("7k3mq9xa", "7K3M-Q9XA"), ("7k3m-q9xo", "7K3M-Q9X0"), ("12", nil), ("", nil),
      ("abcd", nil), ("abcdefg", nil), ("1234567890123", nil), ("12 u4", nil), ("wörter", nil),
    ] as [(String, String?)])
  func `four digits or eight characters make a PIN`(text: String, shown: String?) {
    #expect(PIN(text)?.description == shown)
  }

  @Test func `one that is made has forty bits and reads back`() throws {
    var random = SeededGenerator(seed: 7)
    var seen: Set<PIN> = []
    for _ in 0..<1000 {
      let pin = PIN(using: &random)
      #expect(pin.description.count == 9 && pin.description.dropFirst(4).first == "-")
      #expect(PIN(pin.description) == pin && pin.matches(pin.description.lowercased()))
      seen.insert(pin)
    }
    #expect(seen.count == 1000)
    #expect(PIN("7K3MQ9XA")?.keySpace == 1_099_511_627_776 && PIN("482913")?.keySpace == 1_000_000)
  }
}
