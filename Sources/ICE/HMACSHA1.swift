/// HMAC-SHA1 (RFC 2104): 20 bytes.
struct HMACSHA1 {
  private var inner = SHA1()
  private var outer = SHA1()

  init(key: [UInt8]) {
    var padded = key
    if padded.count > SHA1.blockSize {
      var hash = SHA1()
      hash.update(padded)
      padded = hash.finish()
    }
    padded += Array(repeating: 0, count: SHA1.blockSize - padded.count)
    inner.update(padded.lazy.map { $0 ^ 0x36 })
    outer.update(padded.lazy.map { $0 ^ 0x5C })
  }

  mutating func update(_ bytes: some Sequence<UInt8>) { inner.update(bytes) }

  consuming func finish() -> [UInt8] {
    outer.update(inner.finish())
    return outer.finish()
  }
}

/// Whether two tags are the same, in a time that does not depend on where they differ.
func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count == b.count else { return false }
  var difference: UInt8 = 0
  for (x, y) in zip(a, b) { difference |= x ^ y }
  return difference == 0
}
