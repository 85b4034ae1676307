import AllocationCounter
import DTLS
import Dispatch
import RTP
import SansIO
import WebRTC
import WebRTCTestPeer

/// What it costs to send packets again: a viewer that misses every frame, 30 of 15 packets a second, and says so.
enum RepairBench {
  private static let frames = 2000

  static func run() throws -> BenchRow {
    var call = try DirectCall.connected(server: Certificate.generate(), viewer: Certificate.generate())
    var burst = DatagramBurst()
    var (packets, decryption, allocations, nanoseconds) = (0, UInt64(0), UInt64(0), UInt64(0))
    for number in 0..<frames {
      let frame = try frame(UInt32(number))
      burst.removeAll()
      guard let sent = call.server.send(frame, burst: &burst) else { throw BenchError("a frame was not sent") }
      let first = try RTPHeader(parsing: burst.bytes(at: 0)).sequenceNumber
      // Of a source that is not ours: all that it costs is to be decrypted.
      call.viewer.sendRTCP { GenericNACK(sender: $1, media: 1, sequenceNumbers: [first]).write(to: &$0) }
      call.viewer.requestPackets((0..<sent.packetCount).map { first &+ UInt16($0) })
      guard let stray = call.nextFromViewer(), let nack = call.nextFromViewer() else {
        throw BenchError("no NACK was sent")
      }
      burst.removeAll()
      let stop = allocation_count()
      call.server.receive(stray.span.bytes, .rtcp, on: DirectCall.path, at: call.now)
      decryption += allocation_count() - stop
      let (count, begin) = (allocation_count(), DispatchTime.now().uptimeNanoseconds)
      call.server.receive(nack.span.bytes, .rtcp, on: DirectCall.path, at: call.now)
      call.server.resend(into: &burst, at: call.now)
      let (ended, end) = (allocation_count(), DispatchTime.now().uptimeNanoseconds)
      // The first makes what the others use.
      if number > 0 {
        packets += burst.count
        allocations += ended - count
        nanoseconds += end - begin
      }
      call.pass(.milliseconds(33))
    }
    guard packets > 0 else { throw BenchError("no packet was sent again") }
    let inDecryption = Double(decryption) / Double(frames)
    let perPacket = (Double(allocations) - inDecryption * Double(frames - 1)) / Double(packets)
    return BenchRow(
      name: "NACK → packets sent again", figure: "\(perPacket.text(2)) allocations a packet",
      peer: "\(inDecryption.text(1)) a NACK in libsrtp's decryption; "
        + "\((Double(nanoseconds) / Double(packets) / 1000).text(2)) µs a packet", reach: "0",
      isReached: allocation_counts() && abs(perPacket) < 0.005)
  }

  private static func frame(_ number: UInt32) throws -> PacketizedFrame {
    let bytes: [UInt8] = [0, 0, 0, 1, 0x65] + [UInt8](repeating: 0xA5, count: 15_000)
    let frame = H264Payloader().payload(
      bytes.span.bytes, stream: StreamID(1), timestamp: number &* 3000, due: Instant(nanoseconds: 0), isKeyFrame: true)
    guard let frame else { throw BenchError("a frame has packets") }
    return frame
  }
}
