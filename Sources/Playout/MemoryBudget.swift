import FFmpeg
import Glibc

/// How much memory films may take: what is allowed to this process, less what it needs besides.
public enum MemoryBudget {
  /// For encoders, tables, viewers and the web server, in bytes; a 4K film with six presets takes 350 MB in all.
  static let besides: Int64 = 384 << 20

  /// The room for decoded pictures, set at the first use.
  public static let pictures: PictureMemory = {
    PictureMemory.shared.allow(films(of: process))
    return .shared
  }()

  /// What of `limit` bytes is for films.
  package static func films(of limit: Int64) -> Int64 { max(limit - besides, limit / 2) }

  /// What this process may take: the least of what its control groups allow, and three quarters of the machine's memory.
  static var process: Int64 {
    let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES)))
    let (machine, overflow) = pages.multipliedReportingOverflow(by: Int64(sysconf(Int32(_SC_PAGESIZE))))
    // Where nobody can tell: a small machine.
    let share = overflow || machine <= 0 ? 1 << 30 : machine / 4 * 3
    return min(share, groups(of: file("/proc/self/cgroup") ?? "", read: file) ?? share)
  }

  /// The least limit of the control groups that `text`, the contents of `/proc/self/cgroup`, names, and of those above
  /// them; nil when none has one.
  package static func groups(of text: String, read: (String) -> String?) -> Int64? {
    var least: Int64?
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let (root, name): (String, String)
      if fields[1].isEmpty {
        (root, name) = ("/sys/fs/cgroup", "memory.max")
      } else if fields[1].split(separator: ",").contains("memory") {
        (root, name) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
      } else {
        continue
      }
      // In a container the path may be that of the machine outside, of which only the top is to be seen here.
      var path = fields[2].split(separator: "/").filter { $0 != ".." }.prefix(64)
      while true {
        let place = ([root] + path.map(String.init) + [name]).joined(separator: "/")
        if let limit = read(place).flatMap({ Int64($0.prefix { $0.isNumber }) }), limit > 0 {
          least = min(least ?? limit, limit)
        }
        guard path.popLast() != nil else { break }
      }
    }
    return least
  }

  private static func file(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
