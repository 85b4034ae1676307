import ICE
import SansIO
import Testing

@Suite struct STUNMessageTests {
  @Test func `the sample request of RFC 5769 is read and is authentic`() throws {
    let bytes = STUNVectors.request
    let message = try STUNMessage(bytes)
    #expect(message.messageClass == .request)
    #expect(message.method == .binding)
    #expect(message.transaction == STUNTransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE))
    #expect(
      message.attributes == [
        .software("STUN test client"), .priority(0x6E00_01FF), .iceControlled(tieBreaker: 0x932F_F9B1_5126_3B36),
        .username("evtj:h6vY"),
      ])
    #expect(message.isFingerprinted)
    #expect(message.isSigned(bytes, with: STUNVectors.password))
    #expect(!message.isSigned(bytes, with: "another password of any length"))
    #expect(STUNMessage.peekedUsername(bytes) == "evtj")
  }

  @Test(arguments: [
    (STUNVectors.responseV4, "192.0.2.1:32853"),
    (STUNVectors.responseV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
  ])
  func `the sample responses of RFC 5769 are read and are authentic`(bytes: [UInt8], address: String) throws {
    let message = try STUNMessage(bytes)
    #expect(message.messageClass == .success)
    #expect(message.xorMappedAddress == TransportAddress(address))
    #expect(message.isSigned(bytes, with: STUNVectors.password))
    #expect(STUNMessage.peekedUsername(bytes) == nil)
  }

  @Test func `what is encoded is read back the same`() throws {
    let address = try #require(TransportAddress("[2001:db8::7]:4711"))
    let all: [STUNAttribute] = [
      .mappedAddress(TransportAddress(.v4(0xC000_0201), port: 1)), .username("a:b"), .errorCode(487, reason: "Role"),
      .unknownAttributes([1, 0x7777]), .xorMappedAddress(address), .software("x"), .priority(.max), .useCandidate,
      .iceControlled(tieBreaker: 1), .iceControlling(tieBreaker: .max), .other(type: 0xC001, value: [1, 2, 3]),
    ]
    for messageClass in STUNMessage.Class.allCases {
      let message = STUNMessage(
        messageClass, .init(rawValue: 0xABC), transaction: .init(high: 1, low: 2), attributes: all)
      let bytes = message.encoded(password: "secret", fingerprint: true)
      let parsed = try STUNMessage(bytes)
      #expect(parsed.messageClass == messageClass)
      #expect(parsed.method.rawValue == 0xABC)
      #expect(parsed.attributes == all)
      #expect(parsed.isSigned(bytes, with: "secret"))
      #expect(parsed.unknownRequiredAttributes == [])
    }
  }

  @Test func `a password longer than a block of SHA-1 is hashed first`() throws {
    let password = String(repeating: "p", count: 200)
    let bytes = STUNMessage(.request, transaction: .init(high: 0, low: 0)).encoded(password: password)
    let message = try STUNMessage(bytes)
    #expect(message.isSigned(bytes, with: password))
    #expect(!message.isSigned(bytes, with: password + "p"))
  }

  @Test func `attributes behind the integrity are not believed`() throws {
    let message = STUNMessage(.request, transaction: .init(high: 1, low: 2), attributes: [.username("a:b")])
    var bytes = message.encoded(password: "secret", fingerprint: false)
    bytes += [0x00, 0x25, 0, 0]
    bytes[3] += 4
    let parsed = try STUNMessage(bytes)
    #expect(parsed.isSigned(bytes, with: "secret"))
    #expect(!parsed.usesCandidate)
  }

  @Test func `every shortened message is refused`() {
    for count in STUNVectors.request.indices {
      let bytes = Array(STUNVectors.request[..<count])
      #expect(throws: STUNError.self) { try STUNMessage(bytes) }
    }
  }

  @Test func `a changed bit anywhere is noticed`() {
    for bit in 0..<STUNVectors.request.count * 8 {
      var bytes = STUNVectors.request
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let message = try? STUNMessage(bytes)
      // A change to FINGERPRINT's own type leaves a message without one.
      #expect(message == nil || message?.isFingerprinted == false)
    }
  }

  @Test(arguments: [
    ("0001 0004 2112a442 000000000000000000000000 0006 0004", STUNError.Reason.truncated),
    ("8001 0000 2112a442 000000000000000000000000", .notSTUN),
    ("0001 0000 2112a443 000000000000000000000000", .notSTUN),
    ("0001 0002 2112a442 000000000000000000000000 0000", .badLength),
    ("0001 0000 2112a442 000000000000000000000000 00000000", .badLength),
    ("0001 0008 2112a442 000000000000000000000000 00240002 00000000", .badAttribute),
    ("0001 0008 2112a442 000000000000000000000000 00060002 fffe0000", .badAttribute),
    ("0001 000c 2112a442 000000000000000000000000 00200008 0003a147 e112a643", .badAttribute),
    ("0001 0008 2112a442 000000000000000000000000 00090004 00000763", .badAttribute),
    ("0001 0008 2112a442 000000000000000000000000 80280004 00000000", .badFingerprint),
    ("0001 0084 2112a442 000000000000000000000000" + String(repeating: "80010000", count: 33), .tooManyAttributes),
  ])
  func `damage is named`(text: String, reason: STUNError.Reason) {
    let bytes = STUNVectors.hex(text)
    #expect {
      try STUNMessage(bytes)
    } throws: {
      ($0 as? STUNError)?.reason == reason
    }
  }
}
