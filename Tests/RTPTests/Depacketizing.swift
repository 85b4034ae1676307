import RTP
import SansIO

/// Puts H.264 payloads back together into NAL units, straight from RFC 6184: the oracle of the payloader's tests.
func nalUnits(of frame: PacketizedFrame) -> [[UInt8]]? {
  var units: [[UInt8]] = []
  var fragmented: [UInt8]?
  for payload in (0..<frame.packetCount).map({ frame.payload(at: $0) }) {
    guard let first = payload.first else { return nil }
    switch first & 0x1F {
    case 1...23:
      guard fragmented == nil else { return nil }
      units.append(payload)
    case 24:
      guard fragmented == nil else { return nil }
      var rest = payload.dropFirst()
      while !rest.isEmpty {
        guard rest.count > 2 else { return nil }
        let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
        guard length > 0, length <= rest.count else { return nil }
        units.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
    case 28:
      guard payload.count > 2 else { return nil }
      let header = payload[1]
      if header & 0x80 != 0 {
        guard fragmented == nil, header & 0x40 == 0 else { return nil }
        fragmented = [first & 0xE0 | header & 0x1F]
      }
      guard fragmented != nil else { return nil }
      fragmented! += payload.dropFirst(2)
      if header & 0x40 != 0 {
        units.append(fragmented!)
        fragmented = nil
      }
    default:
      return nil
    }
  }
  return fragmented == nil ? units : nil
}

/// An Annex B stream of the units, with start codes of four bytes and of three in turn.
func annexB(_ units: [[UInt8]]) -> [UInt8] {
  units.enumerated().flatMap { ($0.offset.isMultiple(of: 2) ? [0, 0, 0, 1] : [0, 0, 1]) + $0.element }
}

/// A NAL unit of `count` bytes with the given header byte, without anything like a start code inside.
func unit(_ header: UInt8, count: Int) -> [UInt8] {
  [header] + (1..<count).map { UInt8(truncatingIfNeeded: $0 % 251 + 1) }
}

extension H264Payloader {
  func payload(
    _ bytes: [UInt8], timestamp: UInt32 = 0, due: Instant = Instant(nanoseconds: 0), isKeyFrame: Bool = false
  ) -> PacketizedFrame? {
    payload(bytes.span.bytes, stream: .test, timestamp: timestamp, due: due, isKeyFrame: isKeyFrame)
  }
}

extension StreamID {
  static let test = StreamID(1)
}
