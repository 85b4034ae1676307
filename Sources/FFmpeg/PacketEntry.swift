import CFFmpeg

extension Packet {
  /// Whether decoding can begin here. Of HEVC the stream is asked, for a container may call any packet a key frame, and
  /// knows no recovery points (H.265, D.3.8); for H.264, libav takes a recovery point for a key frame.
  public func entry(in video: VideoStream) -> PacketEntry {
    let parameters = video.parameters.pointer.pointee
    if parameters.codec_id == AV_CODEC_ID_HEVC, let data = pointer.pointee.data {
      let units = NALUnits(
        UnsafeRawBufferPointer(start: data, count: byteCount), lengthBytes: Self.lengthBytes(of: parameters))
      if let entry = HEVCEntry.entry(in: units) { return entry }
    }
    return isKeyFrame ? .keyFrame : .none
  }

  /// How many bytes stand before a NAL unit and give its length, by an `hvcC` (ISO 14496-15, 8.3.3.1.2).
  private static func lengthBytes(of parameters: AVCodecParameters) -> Int? {
    guard parameters.extradata_size > 22, let extra = parameters.extradata, extra[0] == 1 else { return nil }
    return Int(extra[21] & 3) + 1
  }
}

/// Whether decoding can begin with a packet.
public enum PacketEntry: Sendable, Equatable {
  case none
  case keyFrame
  /// From here on pictures heal bit by bit: after so many they are right.
  case recoveryPoint(pictures: Int)
}

/// The NAL units of a packet: with their lengths before them, or with start codes between them (H.265, annex B).
struct NALUnits: Sequence, IteratorProtocol {
  private let bytes: UnsafeRawBufferPointer
  private let lengthBytes: Int?
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer, lengthBytes: Int?) {
    self.bytes = bytes
    self.lengthBytes = lengthBytes
    if lengthBytes == nil { position = startCode(from: 0) + 3 }
  }

  mutating func next() -> UnsafeRawBufferPointer? {
    let range: Range<Int>
    if let lengthBytes {
      guard bytes.count - position >= lengthBytes else { return nil }
      let length = bytes[position..<position + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
      let start = position + lengthBytes
      guard length <= bytes.count - start else { return nil }
      range = start..<start + length
      position = range.upperBound
    } else {
      guard position <= bytes.count else { return nil }
      range = position..<startCode(from: position)
      position = range.upperBound + 3
    }
    return UnsafeRawBufferPointer(rebasing: bytes[range])
  }

  /// Where 00 00 01 begins; the end when it does not.
  private func startCode(from start: Int) -> Int {
    var index = start
    while index + 2 < bytes.count {
      if bytes[index + 2] > 1 {
        index += 3
      } else if bytes[index] == 0, bytes[index + 1] == 0, bytes[index + 2] == 1 {
        return index
      } else {
        index += 1
      }
    }
    return bytes.count
  }
}

/// Finds out what an HEVC packet is, from its NAL units.
enum HEVCEntry {
  /// Intra random access pictures, of all kinds (table 7-1).
  private static let randomAccess: ClosedRange<UInt8> = 16...23
  private static let slices: ClosedRange<UInt8> = 0...31
  private static let prefixSEI: UInt8 = 39
  private static let recoveryPoint = 6
  /// The message has a few bytes, and others before it may be long.
  private static let maximumBytes = 1 << 16

  /// Looks no further than the first slice, which all messages about a picture stand before; nil when there is none.
  static func entry(in units: NALUnits) -> PacketEntry? {
    var recovery: Int?
    for unit in units {
      guard unit.count > 2 else { continue }
      let type = unit[0] >> 1 & 0x3F
      if randomAccess.contains(type) { return .keyFrame }
      if slices.contains(type) { return recovery.map { .recoveryPoint(pictures: $0) } ?? PacketEntry.none }
      if type == prefixSEI, let pictures = message(in: payload(of: unit)) { recovery = pictures }
    }
    return nil
  }

  /// Without the header and the bytes that keep start codes away (7.3.1.1).
  private static func payload(of unit: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    var zeros = 0
    for byte in unit.dropFirst(2).prefix(maximumBytes) {
      if zeros >= 2, byte == 3 {
        zeros = 0
        continue
      }
      zeros = byte == 0 ? zeros + 1 : 0
      bytes.append(byte)
    }
    return bytes
  }

  /// 7.3.5: types and sizes in bytes of 255 and a last one.
  private static func message(in bytes: [UInt8]) -> Int? {
    var rest = bytes[...]
    func number() -> Int? {
      var sum = 0
      while let byte = rest.popFirst() {
        sum += Int(byte)
        if byte < 255 { return sum }
      }
      return nil
    }
    while let type = number(), let size = number(), size <= rest.count {
      if type == recoveryPoint { return signedExponentialGolomb(rest.prefix(size)).map { max(0, $0) } }
      rest = rest.dropFirst(size)
    }
    return nil
  }

  /// 9.2: se(v), at the beginning.
  private static func signedExponentialGolomb(_ bytes: ArraySlice<UInt8>) -> Int? {
    let bits = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << UInt64(8 * (8 - min(8, bytes.count)))
    let zeros = bits.leadingZeroBitCount
    guard zeros < 32, 2 * zeros + 1 <= 8 * bytes.count else { return nil }
    let number = Int(bits >> UInt64(63 - 2 * zeros)) - 1
    return number.isMultiple(of: 2) ? -number / 2 : (number + 1) / 2
  }
}
