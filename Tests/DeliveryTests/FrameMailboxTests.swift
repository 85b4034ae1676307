import Delivery
import RTP
import SansIO
import Testing

struct FrameMailboxTests {
  let a = StreamID(1)
  let b = StreamID(2)

  func frame(_ stream: StreamID, _ number: UInt32, isKeyFrame: Bool = false) -> PacketizedFrame {
    syntheticFrame(stream, number: number, isKeyFrame: isKeyFrame, byteCount: 10)
  }

  @Test func `frames come out in order`() {
    var mailbox = FrameMailbox(capacity: 3)
    #expect(mailbox.isEmpty)
    for number: UInt32 in 1...3 { mailbox.append(frame(number == 2 ? b : a, number)) }
    var taken: [PacketizedFrame] = []
    #expect(mailbox.drain(into: &taken) == [])
    #expect(taken.map(\.timestamp) == [3000, 6000, 9000])
    #expect(mailbox.isEmpty && mailbox.droppedCount == 0)
  }

  @Test func `a stream that found no room goes on at its next key frame, others at once`() {
    var mailbox = FrameMailbox(capacity: 2)
    for number: UInt32 in 1...3 { mailbox.append(frame(a, number)) }
    var taken: [PacketizedFrame] = []
    #expect(mailbox.drain(into: &taken) == [a])
    taken.removeAll()
    mailbox.append(frame(a, 4))
    mailbox.append(frame(b, 5))
    mailbox.append(frame(a, 6, isKeyFrame: true))
    #expect(mailbox.drain(into: &taken) == [])
    #expect(taken.map(\.timestamp) == [15_000, 18_000])
    mailbox.append(frame(a, 7))
    taken.removeAll()
    _ = mailbox.drain(into: &taken)
    #expect(taken.count == 1 && mailbox.droppedCount == 2)
  }

  @Test func `a key frame without room does not end the gap`() {
    var mailbox = FrameMailbox(capacity: 1)
    mailbox.append(frame(a, 1))
    mailbox.append(frame(a, 2))
    mailbox.append(frame(a, 3, isKeyFrame: true))
    var taken: [PacketizedFrame] = []
    #expect(mailbox.drain(into: &taken) == [a])
    mailbox.append(frame(a, 4))
    #expect(mailbox.isEmpty && mailbox.droppedCount == 3)
  }
}

struct KeyframeRequestTests {
  let a = StreamID(1)
  let start = Instant(nanoseconds: 0)

  @Test func `many who wait make one request, until the key frame comes`() {
    var requests = KeyframeRequests()
    #expect(requests.insert(a, at: start) == true)
    #expect(requests.insert(a, at: start + .milliseconds(499)) == false)
    requests.fulfil(a)
    #expect(requests.deadline == nil)
    #expect(requests.insert(a, at: start + .milliseconds(499)) == true)
  }

  @Test func `a request that nobody answers comes due`() {
    var requests = KeyframeRequests()
    _ = requests.insert(a, at: start)
    let due = start + KeyframeRequests.interval
    #expect(requests.deadline == due)
    #expect(requests.removeDue(at: start) == [])
    #expect(requests.removeDue(at: due) == [a])
    #expect(requests.deadline == nil)
  }

  @Test func `a postponed request does not hold up who may ask at once`() {
    var requests = KeyframeRequests()
    requests.postpone(a, at: start)
    #expect(requests.deadline == start + KeyframeRequests.interval)
    #expect(requests.insert(a, at: start) == true)
    requests.postpone(a, at: start)
    #expect(requests.insert(a, at: start) == false)
  }
}
