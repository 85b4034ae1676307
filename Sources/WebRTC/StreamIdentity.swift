/// The names of what one connection sends.
struct StreamIdentity {
  let ssrc: UInt32
  let rtxSSRC: UInt32
  /// Random and short-lived, so that it identifies nobody (RFC 7022 section 4.2).
  let cname: String
  let sessionID: UInt64

  init(random: inout some RandomNumberGenerator) {
    let first = UInt32.random(in: 1...UInt32.max, using: &random)
    var second = first
    while second == first { second = UInt32.random(in: 1...UInt32.max, using: &random) }
    ssrc = first
    rtxSSRC = second
    cname = String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 36)
    // A 63-bit number (RFC 8829 section 5.2.1).
    sessionID = UInt64.random(in: 0...UInt64(Int64.max), using: &random)
  }
}
