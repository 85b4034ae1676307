import AllocationCounter
import DTLS
import RTP
import SansIO
import Testing
import WebRTC
import WebRTCTestPeer

#if DEBUG
private let isOptimized = false
#else
private let isOptimized = true
#endif

/// Packets that are sent again.
@Suite struct RepairTests {
  private static let certificates = try! (server: Certificate.generate(), viewer: Certificate.generate())

  private func call() throws -> DirectCall {
    try DirectCall.connected(server: Self.certificates.server, viewer: Self.certificates.viewer)
  }

  /// Sends a frame that the viewer does not get; gives the numbers of its packets.
  private func lose(_ byteCount: Int, in call: inout DirectCall, _ stream: inout SyntheticStream) throws -> [UInt16] {
    var burst = DatagramBurst()
    let (frame, _) = stream.next(isKeyFrame: true, size: byteCount)
    let sent = try #require(call.server.send(frame, burst: &burst))
    let header = try RTPHeader(parsing: burst.bytes(at: 0))
    return (0..<sent.packetCount).map { header.sequenceNumber &+ UInt16($0) }
  }

  /// SRTP's library may take memory to decrypt; what comes after that takes none, but for the table that the first makes.
  @Test(.enabled(if: allocation_counts() && isOptimized, "only what is optimized, and without a sanitizer, is counted"))
  func `a NACK is answered without taking memory`() throws {
    var call = try call()
    var stream = SyntheticStream(1)
    var burst = DatagramBurst()
    let ours = Self.source(of: call.server.answer)
    var taken: [Int] = []
    for _ in 0..<4 {
      let numbers = try lose(15_000, in: &call, &stream)
      // Of a source that is not ours: all that it costs is to be decrypted.
      call.viewer.sendRTCP { GenericNACK(sender: $1, media: 1, sequenceNumbers: numbers).write(to: &$0) }
      call.viewer.sendRTCP { GenericNACK(sender: $1, media: ours, sequenceNumbers: numbers).write(to: &$0) }
      let (stray, nack) = (call.nextFromViewer() ?? [], call.nextFromViewer() ?? [])
      burst.removeAll()
      let begin = allocation_count()
      call.server.receive(stray.span.bytes, .rtcp, on: DirectCall.path, at: call.now)
      let middle = allocation_count()
      call.server.receive(nack.span.bytes, .rtcp, on: DirectCall.path, at: call.now)
      call.server.resend(into: &burst, at: call.now)
      let end = allocation_count()
      taken.append(Int(end - middle) - Int(middle - begin))
      #expect(burst.count == numbers.count && !call.server.hasMissingPackets)
    }
    // The first makes what the others use.
    #expect(taken.dropFirst().allSatisfy { $0 == 0 }, "\(taken)")
  }

  @Test func `the NACKs of one datagram share what is looked up`() throws {
    var call = try call()
    var stream = SyntheticStream(1)
    let numbers = try lose(400_000, in: &call, &stream)
    #expect(numbers.count > 300)
    call.viewer.sendRTCP { writer, sender in
      for part in [numbers[0..<100], numbers[100..<200], numbers[200..<300]] {
        GenericNACK(sender: sender, media: Self.source(of: call.server.answer), sequenceNumbers: Array(part))
          .write(to: &writer)
      }
    }
    let nacks = call.nextFromViewer() ?? []
    var burst = DatagramBurst()
    call.server.receive(nacks.span.bytes, on: DirectCall.path, at: call.now)
    call.server.resend(into: &burst, at: call.now)
    #expect(burst.count == 256 && call.server.statistics.nacksReceived == 3)
    #expect(call.server.statistics.packetsResent == 256)
  }

  @Test func `what misses another source's packets gets none of ours`() throws {
    var call = try call()
    var stream = SyntheticStream(1)
    let numbers = try lose(3000, in: &call, &stream)
    call.viewer.sendRTCP { GenericNACK(sender: $1, media: 1, sequenceNumbers: numbers).write(to: &$0) }
    let nack = call.nextFromViewer() ?? []
    call.server.receive(nack.span.bytes, on: DirectCall.path, at: call.now)
    #expect(!call.server.hasMissingPackets && call.server.statistics.nacksReceived == 1)
  }

  @Test func `a compound that is damaged at its end does nothing`() throws {
    var call = try call()
    var stream = SyntheticStream(1)
    let numbers = try lose(3000, in: &call, &stream)
    call.viewer.sendRTCP { writer, sender in
      GenericNACK(sender: sender, media: Self.source(of: call.server.answer), sequenceNumbers: numbers)
        .write(to: &writer)
      // A receiver report that says it has a block, and has none.
      writer.write([0x81, 201, 0, 1, 0, 0, 0, 1] as [UInt8])
    }
    let damaged = call.nextFromViewer() ?? []
    call.server.receive(damaged.span.bytes, on: DirectCall.path, at: call.now)
    #expect(!call.server.hasMissingPackets && call.server.statistics.drops[.malformedRTCP] == 1)
    #expect(call.server.statistics.nacksReceived == 0)
  }

  /// The video's SSRC.
  private static func source(of answer: String) -> UInt32 {
    answer.split(separator: "a=ssrc:").dropFirst().first?.split(separator: " ").first.flatMap { UInt32($0) } ?? 0
  }
}
