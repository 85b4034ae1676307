import SansIO

/// Cuts H.264 access units into RTP payloads (RFC 6184, packetization-mode 1).
///
/// SPS and PPS travel together in a STAP-A (section 5.7.1), a NAL unit that fits travels alone (5.6), a longer one in
/// FU-A fragments (5.8) of equal length. What a browser has no use for is left out: access unit delimiters, SEI,
/// filler, ends of sequence and of stream, and unit types that would be mistaken for aggregates.
public struct H264Payloader: Sendable {
  private let maximumPayload: Int

  /// - Parameter maximumPayload: the longest payload in bytes, at least 64.
  public init(maximumPayload: Int = PacketizedFrame.maximumPayload) {
    precondition(maximumPayload >= 64)
    self.maximumPayload = maximumPayload
  }

  /// Payloads one access unit in Annex B form; nil when there is nothing to send in it, or more than
  /// `PacketizedFrame.maximumPackets` can carry.
  public func payload(
    _ accessUnit: borrowing RawSpan, stream: StreamID, timestamp: UInt32, due: Instant, isKeyFrame: Bool
  ) -> PacketizedFrame? {
    let data = copy accessUnit
    guard data.byteCount <= PacketizedFrame.maximumPackets * maximumPayload else { return nil }
    var list = PayloadList(byteCapacity: data.byteCount + data.byteCount / 256 + 64)
    var parameterSets: [Range<Int>] = []
    var units = AnnexBReader(data)
    while let unit = units.next() {
      guard unit.count >= 2 else { continue }
      switch NALUnitType(header: unsafe data.unsafeLoad(fromByteOffset: unit.lowerBound, as: UInt8.self)) {
      case .parameterSet:
        // Every unit costs a payload sooner or later, so this bounds the array as well.
        guard parameterSets.count < PacketizedFrame.maximumPackets else { return nil }
        parameterSets.append(unit)
      case .picture:
        append(parameterSets, of: data, to: &list)
        parameterSets.removeAll(keepingCapacity: true)
        append(unit, of: data, to: &list)
      case .ignored:
        continue
      }
      guard list.ends.count <= PacketizedFrame.maximumPackets else { return nil }
    }
    append(parameterSets, of: data, to: &list)
    guard (1...PacketizedFrame.maximumPackets).contains(list.ends.count) else { return nil }
    return PacketizedFrame(
      stream: stream, timestamp: timestamp, due: due, isKeyFrame: isKeyFrame, payloads: list)
  }

  /// Appends parameter sets: those that fit together in one STAP-A, others by themselves.
  private func append(_ parameterSets: [Range<Int>], of data: RawSpan, to list: inout PayloadList) {
    let aggregate = 1 + parameterSets.reduce(0) { $0 + 2 + $1.count }
    guard parameterSets.count > 1, aggregate <= maximumPayload else {
      for unit in parameterSets { append(unit, of: data, to: &list) }
      return
    }
    // The aggregate's NRI is the highest of its units, its F bit is set if any of theirs is.
    let headers = parameterSets.map { unsafe data.unsafeLoad(fromByteOffset: $0.lowerBound, as: UInt8.self) }
    let importance = headers.map { $0 & 0x60 }.max() ?? 0
    list.append(headers.reduce(0) { $0 | $1 & 0x80 } | importance | 24)
    for unit in parameterSets {
      list.append(UInt8(truncatingIfNeeded: unit.count >> 8))
      list.append(UInt8(truncatingIfNeeded: unit.count))
      list.append(data.extracting(unit))
    }
    list.endPayload()
  }

  /// Appends one NAL unit, whole or in fragments.
  private func append(_ unit: Range<Int>, of data: RawSpan, to list: inout PayloadList) {
    guard unit.count > maximumPayload else {
      list.append(data.extracting(unit))
      list.endPayload()
      return
    }
    let header = unsafe data.unsafeLoad(fromByteOffset: unit.lowerBound, as: UInt8.self)
    let body = unit.dropFirst()
    let fragments = EqualFragments(of: body.count, maximum: maximumPayload - 2)
    for index in 0..<fragments.count {
      let start = body.lowerBound + index * fragments.length
      let end = min(start + fragments.length, body.upperBound)
      let edge: UInt8 = index == 0 ? 0x80 : index == fragments.count - 1 ? 0x40 : 0
      list.append(header & 0xE0 | 28)
      list.append(edge | header & 0x1F)
      list.append(data.extracting(start..<end))
      list.endPayload()
    }
  }
}

/// What the payloader does with a NAL unit (ITU-T H.264 table 7-1).
private enum NALUnitType {
  /// SPS, SPS extension, PPS, subset SPS.
  case parameterSet
  /// Slices and slice partitions.
  case picture
  case ignored

  init(header: UInt8) {
    switch header & 0x1F {
    case 7, 8, 13, 15: self = .parameterSet
    case 1...5, 19, 20: self = .picture
    default: self = .ignored
    }
  }
}
