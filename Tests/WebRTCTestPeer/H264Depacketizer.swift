/// RFC 6184: single NAL units, STAP-A and FU-A into an access unit in Annex B form.
///
/// A key frame is an IDR picture with its parameter sets: without them a decoder cannot begin.
struct H264Depacketizer: Depacketizer {
  private var accessUnit: [UInt8] = []
  private var isFragmentOpen = false
  private var hasParameterSet = false
  private var hasInstantRefresh = false

  mutating func append(_ payload: ArraySlice<UInt8>) -> Bool {
    guard let header = payload.first, header & 0x80 == 0, payload.count >= 2 else { return false }
    switch header & 0x1F {
    case 1...23: return !isFragmentOpen && appendUnit(payload)
    case 24: return !isFragmentOpen && appendAggregate(payload.dropFirst())
    case 28: return appendFragment(payload)
    default: return false
    }
  }

  mutating func finish() -> (data: [UInt8], isKeyFrame: Bool)? {
    defer { reset() }
    return isFragmentOpen || accessUnit.isEmpty ? nil : (accessUnit, hasParameterSet && hasInstantRefresh)
  }

  mutating func reset() {
    accessUnit = []
    isFragmentOpen = false
    hasParameterSet = false
    hasInstantRefresh = false
  }

  private mutating func begin(type: UInt8) {
    accessUnit += [0, 0, 0, 1]
    if type == 7 { hasParameterSet = true }
    if type == 5 { hasInstantRefresh = true }
  }

  private mutating func appendUnit(_ unit: ArraySlice<UInt8>) -> Bool {
    guard let header = unit.first else { return false }
    begin(type: header & 0x1F)
    accessUnit += unit
    return true
  }

  private mutating func appendAggregate(_ payload: ArraySlice<UInt8>) -> Bool {
    var rest = payload
    while !rest.isEmpty {
      guard rest.count > 2 else { return false }
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
      guard length > 0, length <= rest.count, appendUnit(rest.prefix(length)) else { return false }
      rest = rest.dropFirst(length)
    }
    return true
  }

  private mutating func appendFragment(_ payload: ArraySlice<UInt8>) -> Bool {
    guard payload.count > 2 else { return false }
    let indicator = payload[payload.startIndex]
    let header = payload[payload.startIndex + 1]
    let (isStart, isEnd) = (header & 0x80 != 0, header & 0x40 != 0)
    guard isStart != isFragmentOpen, !(isStart && isEnd) else { return false }
    if isStart {
      begin(type: header & 0x1F)
      accessUnit.append(indicator & 0xE0 | header & 0x1F)
    }
    accessUnit += payload.dropFirst(2)
    isFragmentOpen = !isEnd
    return true
  }
}
