/// RFC 7741: fragments into a frame.
struct VP8Depacketizer: Depacketizer {
  private var frame: [UInt8] = []

  mutating func append(_ payload: ArraySlice<UInt8>) -> Bool {
    guard let first = payload.first else { return false }
    var rest = payload.dropFirst()
    if first & 0x80 != 0 {
      guard let extensions = rest.popFirst() else { return false }
      if extensions & 0x80 != 0 {
        guard let pictureID = rest.popFirst() else { return false }
        if pictureID & 0x80 != 0 { rest = rest.dropFirst() }
      }
      if extensions & 0x40 != 0 { rest = rest.dropFirst() }
      if extensions & 0x30 != 0 { rest = rest.dropFirst() }
    }
    // S with partition 0 is the start of the frame, and of nothing else.
    let isStart = first & 0x17 == 0x10
    guard !rest.isEmpty, isStart == frame.isEmpty else { return false }
    frame += rest
    return true
  }

  mutating func finish() -> (data: [UInt8], isKeyFrame: Bool)? {
    defer { reset() }
    // The inverse key frame flag is the lowest bit of the frame tag (RFC 6386 section 9.1).
    return frame.first.map { (frame, $0 & 1 == 0) }
  }

  mutating func reset() { frame = [] }
}
