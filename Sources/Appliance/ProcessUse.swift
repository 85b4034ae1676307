import Foundation

/// What this process takes of the machine, and how long it has existed: the kernel's own record (proc(5)).
package struct ProcessUse {
  package var residentBytes: UInt64 = 0
  package var processorSeconds = 0.0
  package var openDescriptors = 0
  package var threads = 0

  init() {
    self.init(ProcessStat())
    openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  /// - Parameter pageSize: as `sysconf` says, -1 if it does not know.
  package init(_ stat: ProcessStat, pageSize: Int = sysconf(Int32(_SC_PAGESIZE))) {
    processorSeconds = stat.seconds(14) + stat.seconds(15)
    threads = Int(clamping: stat[20])
    residentBytes = MachineHealth.bytes(stat[24], of: UInt64(clamping: pageSize))
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
package struct ProcessStat {
  private var fields: [Substring] = []

  package init(text: String? = smallFile("/proc/self/stat")) {
    // The second is the name, which may hold anything.
    guard let text, let end = text.lastIndex(of: ")") else { return }
    fields = text[text.index(after: end)...].split(separator: " ")
  }

  subscript(number: Int) -> UInt64 {
    fields.indices.contains(number - 3) ? UInt64(fields[number - 3]) ?? 0 : 0
  }

  /// A field that counts clock ticks.
  func seconds(_ number: Int) -> Double { Double(self[number]) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)) }
}

/// The text of a file that the kernel makes up; nil: it is not there, or cannot be read.
package func smallFile(_ path: String) -> String? {
  guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 4096) else {
    return nil
  }
  return String(decoding: data, as: UTF8.self)
}
