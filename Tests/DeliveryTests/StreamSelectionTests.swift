import Delivery
import RTP
import Testing

struct StreamSelectionTests {
  static let a = StreamID(1)
  static let b = StreamID(2)
  static let c = StreamID(3)

  enum Input {
    case key(StreamID), delta(StreamID), select(StreamID), lost
  }

  typealias Step = (Input, StreamSelection.Decision?, StreamSelection.State)

  /// Each step: what comes, what is decided about a frame, and the state afterwards.
  func check(_ steps: [Step]) {
    var selection = StreamSelection(stream: Self.a)
    for (number, (input, decision, state)) in steps.enumerated() {
      switch input {
      case .key(let stream): #expect(selection.receive(stream, isKeyFrame: true) == decision, "step \(number)")
      case .delta(let stream): #expect(selection.receive(stream, isKeyFrame: false) == decision, "step \(number)")
      case .select(let stream): selection.select(stream)
      case .lost: selection.lost()
      }
      #expect(selection.state == state, "step \(number)")
    }
  }

  @Test func `a viewer starts at a key frame of its stream`() {
    check([
      (.delta(Self.a), .skip, .waiting(for: Self.a)),
      (.key(Self.b), .skip, .waiting(for: Self.a)),
      (.key(Self.a), .sendFirst, .showing(Self.a)),
      (.delta(Self.a), .send, .showing(Self.a)),
      (.key(Self.a), .send, .showing(Self.a)),
      (.delta(Self.b), .skip, .showing(Self.a)),
    ])
  }

  @Test func `the old stream keeps on until a key frame of the new one`() {
    check([
      (.key(Self.a), .sendFirst, .showing(Self.a)),
      (.select(Self.b), nil, .switching(from: Self.a, to: Self.b)),
      (.delta(Self.b), .skip, .switching(from: Self.a, to: Self.b)),
      (.delta(Self.a), .send, .switching(from: Self.a, to: Self.b)),
      (.key(Self.a), .send, .switching(from: Self.a, to: Self.b)),
      (.key(Self.b), .sendFirst, .showing(Self.b)),
      (.delta(Self.a), .skip, .showing(Self.b)),
      (.key(Self.a), .skip, .showing(Self.b)),
      (.delta(Self.b), .send, .showing(Self.b)),
    ])
  }

  @Test func `another choice during a switch replaces it, the first one ends it`() {
    check([
      (.key(Self.a), .sendFirst, .showing(Self.a)),
      (.select(Self.b), nil, .switching(from: Self.a, to: Self.b)),
      (.select(Self.c), nil, .switching(from: Self.a, to: Self.c)),
      (.key(Self.b), .skip, .switching(from: Self.a, to: Self.c)),
      (.select(Self.a), nil, .showing(Self.a)),
      (.key(Self.c), .skip, .showing(Self.a)),
      (.delta(Self.a), .send, .showing(Self.a)),
    ])
  }

  @Test func `after a loss nothing is sent until the next key frame, and that is no switch`() {
    check([
      (.key(Self.a), .sendFirst, .showing(Self.a)),
      (.lost, nil, .waiting(for: Self.a)),
      (.delta(Self.a), .skip, .waiting(for: Self.a)),
      (.key(Self.a), .send, .showing(Self.a)),
    ])
  }

  @Test func `a loss during a switch waits for the new stream`() {
    check([
      (.key(Self.a), .sendFirst, .showing(Self.a)),
      (.select(Self.b), nil, .switching(from: Self.a, to: Self.b)),
      (.lost, nil, .waiting(for: Self.b)),
      (.key(Self.a), .skip, .waiting(for: Self.b)),
      (.key(Self.b), .sendFirst, .showing(Self.b)),
    ])
  }

  @Test func `a choice before the first frame changes what is waited for`() {
    check([
      (.select(Self.b), nil, .waiting(for: Self.b)),
      (.key(Self.a), .skip, .waiting(for: Self.b)),
      (.key(Self.b), .sendFirst, .showing(Self.b)),
    ])
  }

  @Test func `what is awaited, shown and selected follows the state`() {
    var selection = StreamSelection(stream: Self.a)
    #expect(selection.awaited == Self.a && selection.shown == nil && selection.selected == Self.a)
    _ = selection.receive(Self.a, isKeyFrame: true)
    #expect(selection.awaited == nil && selection.shown == Self.a && selection.selected == Self.a)
    selection.select(Self.b)
    #expect(selection.awaited == Self.b && selection.shown == Self.a && selection.selected == Self.b)
  }
}
