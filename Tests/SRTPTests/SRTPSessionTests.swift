import SRTP
import Testing

@Suite struct SRTPSessionTests {
  @Test(arguments: ProtectionProfile.allCases)
  func `a packet comes back as it was`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 1)
    var receiver = try session(.inbound, profile, seed: 1)
    for number in UInt16(65_530)...65_535 {
      let packet = rtp(sequence: number)
      let protected = try protect(packet, by: &sender)
      #expect(protected.count == packet.count + profile.rtpOverhead)
      #expect(protected[12...].starts(with: packet[12...]) == false)
      #expect(try unprotect(protected, by: &receiver) == packet)
    }
    // Past the wrap of the sequence number.
    #expect(try unprotect(protect(rtp(sequence: 0), by: &sender), by: &receiver) == rtp(sequence: 0))
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `contributing sources and header extensions travel in the clear`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 3)
    var receiver = try session(.inbound, profile, seed: 3)
    var packet = rtp(sequence: 9)
    packet[0] = 0x92  // an extension, two contributing sources
    packet.insert(contentsOf: [1, 1, 1, 1, 2, 2, 2, 2, 0xBE, 0xDE, 0, 1, 0x12, 0, 0, 0], at: 12)
    let protected = try protect(packet, by: &sender)
    #expect(protected[..<28] == packet[..<28])
    #expect(try unprotect(protected, by: &receiver) == packet)
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `two sources wrap each at its own time`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 4)
    var receiver = try session(.inbound, profile, seed: 4)
    for step in 0..<140_000 where step % 37 == 0 {
      for (source, start) in [(UInt32(5), 65_000), (6, 100)] {
        let packet = rtp(sequence: UInt16(truncatingIfNeeded: start + step), source: source)
        #expect(try unprotect(protect(packet, by: &sender), by: &receiver) == packet)
      }
    }
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `a packet of before the wrap is sent again as it was`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 5)
    let before = try protect(rtp(sequence: 65_535), by: &sender)
    for number in UInt16(0)..<20 { _ = try protect(rtp(sequence: number), by: &sender) }
    #expect(try protect(rtp(sequence: 65_535), by: &sender) == before)
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `an RTCP packet comes back as it was`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 1)
    var receiver = try session(.inbound, profile, seed: 1)
    let report: [UInt8] = [0x80, 201, 0, 1, 1, 2, 3, 4]
    var buffer = report + [UInt8](repeating: 0, count: profile.rtcpOverhead)
    let count = try buffer.withUnsafeMutableBytes { try sender.protectRTCP($0, count: report.count) }
    #expect(count == report.count + profile.rtcpOverhead)
    let left = try buffer.withUnsafeMutableBytes { try receiver.unprotectRTCP($0) }
    #expect(Array(buffer[..<left]) == report)
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `a packet sent again is the same, and is accepted once`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 1)
    var receiver = try session(.inbound, profile, seed: 1)
    let first = try protect(rtp(sequence: 7), by: &sender)
    for number in UInt16(8)...20 { _ = try protect(rtp(sequence: number), by: &sender) }
    #expect(try protect(rtp(sequence: 7), by: &sender) == first)
    _ = try unprotect(first, by: &receiver)
    #expect(throws: SRTPError.replayed) { try unprotect(first, by: &receiver) }
  }

  @Test(arguments: ProtectionProfile.allCases)
  func `a changed byte anywhere is noticed`(profile: ProtectionProfile) throws {
    var sender = try session(.outbound, profile, seed: 1)
    var receiver = try session(.inbound, profile, seed: 1)
    let protected = try protect(rtp(sequence: 1), by: &sender)
    // From the sequence number on; a change before it is a change of form that may show up otherwise.
    for index in 2..<protected.count {
      var damaged = protected
      damaged[index] ^= 0x40
      #expect(throws: SRTPError.self, "byte \(index)") { try unprotect(damaged, by: &receiver) }
    }
    #expect(try unprotect(protected, by: &receiver) == rtp(sequence: 1))
  }

  @Test func `a packet under another key is not authentic`() throws {
    var sender = try session(.outbound, .aeadAES128GCM, seed: 1)
    var receiver = try session(.inbound, .aeadAES128GCM, seed: 2)
    let protected = try protect(rtp(sequence: 1), by: &sender)
    #expect(throws: SRTPError.unauthentic) { try unprotect(protected, by: &receiver) }
  }

  @Test func `reordering is accepted inside the window and refused behind it`() throws {
    var sender = try session(.outbound, .aeadAES128GCM, seed: 1)
    var receiver = try session(.inbound, .aeadAES128GCM, seed: 1)
    let packets = try (0..<1200).map { try protect(rtp(sequence: UInt16($0)), by: &sender) }
    _ = try unprotect(packets[1199], by: &receiver)
    _ = try unprotect(packets[1000], by: &receiver)
    #expect(throws: SRTPError.tooOld) { try unprotect(packets[10], by: &receiver) }
  }

  @Test func `a peer with too many sources is refused the next one`() throws {
    var sender = try session(.outbound, .aeadAES128GCM, seed: 1)
    var receiver = try session(.inbound, .aeadAES128GCM, seed: 1)
    for source in 0..<UInt32(SRTPSession.maximumSources) {
      _ = try unprotect(protect(rtp(sequence: 1, source: source), by: &sender), by: &receiver)
    }
    let next = try protect(rtp(sequence: 1, source: 999), by: &sender)
    #expect(throws: SRTPError.tooManySources) { try unprotect(next, by: &receiver) }
    _ = try unprotect(protect(rtp(sequence: 2, source: 3), by: &sender), by: &receiver)
  }

  @Test(arguments: ProtectionProfile.allCases, 0..<48)
  func `a short packet is malformed`(profile: ProtectionProfile, count: Int) throws {
    var receiver = try session(.inbound, profile, seed: 1)
    let bytes = [UInt8](repeating: 0xFF, count: count)
    #expect(throws: SRTPError.self) { try unprotect(bytes, by: &receiver) }
    var copy = bytes
    #expect(throws: SRTPError.self) { try copy.withUnsafeMutableBytes { try receiver.unprotectRTCP($0) } }
  }

  @Test func `a buffer without room for the tag is refused`() throws {
    var sender = try session(.outbound, .aeadAES128GCM, seed: 1)
    var packet = rtp(sequence: 1)
    #expect(throws: SRTPError.noRoom) {
      try packet.withUnsafeMutableBytes { try sender.protect($0, count: $0.count) }
    }
  }

  @Test func `a key of the wrong length is refused`() {
    let bytes = [UInt8](repeating: 1, count: 27)
    #expect(throws: SRTPError.self) {
      _ = try SRTPSession(.inbound, profile: .aeadAES128GCM, master: bytes.span.bytes)
    }
  }

  private func session(
    _ direction: SRTPSession.Direction, _ profile: ProtectionProfile, seed: UInt8
  ) throws -> SRTPSession {
    let master = (0..<profile.masterByteCount).map { UInt8($0) &* 7 &+ seed }
    return try SRTPSession(direction, profile: profile, master: master.span.bytes)
  }

  private func rtp(sequence: UInt16, source: UInt32 = 0x0102_0304) -> [UInt8] {
    let header: [UInt8] = [0x80, 96, UInt8(sequence >> 8), UInt8(sequence & 255), 0, 0, 0, 1]
    let ssrc = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: source >> UInt32($0)) }
    return header + ssrc + (0..<100).map { UInt8($0) }
  }

  private func protect(_ packet: [UInt8], by session: inout SRTPSession) throws -> [UInt8] {
    var buffer = packet + [UInt8](repeating: 0, count: 32)
    let count = try buffer.withUnsafeMutableBytes { try session.protect($0, count: packet.count) }
    return Array(buffer[..<count])
  }

  private func unprotect(_ packet: [UInt8], by session: inout SRTPSession) throws -> [UInt8] {
    var buffer = packet
    let count = try buffer.withUnsafeMutableBytes { try session.unprotect($0) }
    return Array(buffer[..<count])
  }
}
