import Foundation

/// What this process takes of the machine, and how long it has existed: the kernel's own record (proc(5)).
struct ProcessUse {
  var residentBytes: UInt64 = 0
  var processorSeconds = 0.0
  var openDescriptors = 0
  var threads = 0

  init() {
    let stat = ProcessStat()
    processorSeconds = stat.seconds(14) + stat.seconds(15)
    threads = Int(stat[20])
    residentBytes = stat[24] * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  /// Seconds since the process was started, with the hundredths that the kernel has.
  static var age: Double {
    let start = ProcessStat().seconds(22)
    // Where it cannot be told, the machine's own age would be a lie.
    guard start > 0 else { return 0 }
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    return max(0, Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - start)
  }
}

/// `/proc/self/stat`, field by field as proc(5) numbers them, from the third on; what is not there is 0.
private struct ProcessStat {
  private var fields: [Substring] = []

  init() {
    // The second is the name, which may hold anything.
    guard let text = smallFile("/proc/self/stat"), let end = text.lastIndex(of: ")") else { return }
    fields = text[text.index(after: end)...].split(separator: " ")
  }

  subscript(number: Int) -> UInt64 {
    fields.indices.contains(number - 3) ? UInt64(fields[number - 3]) ?? 0 : 0
  }

  /// A field that counts clock ticks.
  func seconds(_ number: Int) -> Double { Double(self[number]) / Double(sysconf(Int32(_SC_CLK_TCK))) }
}

/// The text of a file that the kernel makes up; nil: it is not there, or cannot be read.
func smallFile(_ path: String) -> String? {
  guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 4096) else {
    return nil
  }
  return String(decoding: data, as: UTF8.self)
}
