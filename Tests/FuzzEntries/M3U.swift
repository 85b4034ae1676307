import Media
import Playout

/// Reads `bytes` as a list of films, and all that its lines may mean.
public func fuzzM3U(_ bytes: UnsafeRawBufferPointer) {
  guard bytes.count < 1 << 20, let entries = M3U.entries(of: [UInt8](bytes)) else { return }
  for entry in entries.prefix(100) {
    _ = entry.location(in: "/media/") { $0.bytes.count.isMultiple(of: 3) }
    _ = MediaLocation(bytes: entry.line).text
  }
}
