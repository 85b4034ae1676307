import SansIO
import Testing

struct DatagramBurstTests {
  func burst(_ lengths: [Int]) -> DatagramBurst {
    var burst = DatagramBurst(byteCapacity: 200_000, capacity: 200)
    for length in lengths {
      let fits = burst.append([UInt8](repeating: UInt8(length & 255), count: length))
      precondition(fits)
    }
    return burst
  }

  @Test func `datagrams lie end to end and can be taken back`() {
    var burst = burst([3, 2])
    #expect(burst.range(at: 1) == 3..<5 && burst.byteCount == 5)
    let second = burst.bytes(at: 1).withUnsafeBytes { [UInt8]($0) }
    #expect(second == [2, 2])
    burst.truncate(to: 1)
    #expect(burst.count == 1 && burst.byteCount == 3)
    burst.removeAll()
    #expect(burst.isEmpty && burst.byteCount == 0)
  }

  @Test func `what is committed may be shorter than what was reserved`() {
    var burst = DatagramBurst(byteCapacity: 10, capacity: 4)
    #expect(burst.reserve(8)?.count == 8)
    burst.commit(5)
    #expect(burst.reserve(6) == nil)
    #expect(burst.reserve(5)?.count == 5)
    burst.commit(5)
    #expect(burst.count == 2 && burst.byteCount == 10)
  }

  @Test func `what does not fit is refused`() {
    var burst = DatagramBurst(byteCapacity: 10, capacity: 2)
    let results = [11, 1, 1, 1].map { burst.append([UInt8](repeating: 0, count: $0)) }
    #expect(results == [false, true, true, false])
    let empty = burst.append([])
    #expect(!empty)
  }

  @Test(arguments: [
    ([5], [0..<1]),
    ([5, 5, 5], [0..<3]),
    ([5, 5, 3], [0..<3]),
    ([5, 3, 5], [0..<2, 2..<3]),
    ([3, 5, 5], [0..<1, 1..<3]),
    ([5, 3, 3], [0..<2, 2..<3]),
    (Array(repeating: 100, count: 130), [0..<64, 64..<128, 128..<130]),
    (Array(repeating: 1200, count: 60), [0..<54, 54..<60]),
  ]) func `runs are of one length, only their last datagram may be shorter`(lengths: [Int], runs: [Range<Int>]) {
    let burst = burst(lengths)
    var found: [Range<Int>] = []
    while (found.last?.upperBound ?? 0) < burst.count { found.append(burst.run(from: found.last?.upperBound ?? 0)) }
    #expect(found == runs)
  }
}
