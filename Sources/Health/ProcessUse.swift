import Clocks
import Foundation

/// What this process takes of the machine, and how long it has existed: the kernel's own record (proc(5)).
public struct ProcessUse {
  public var residentBytes: UInt64 = 0
  public var processorSeconds = 0.0
  public var openDescriptors = 0
  public var threads = 0

  public init() {
    self.init(ProcessStat())
    openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  /// - Parameter pageSize: as `sysconf` says, -1 if it does not know.
  public init(_ stat: ProcessStat, pageSize: Int = sysconf(Int32(_SC_PAGESIZE))) {
    processorSeconds = stat.seconds(14) + stat.seconds(15)
    threads = Int(clamping: stat[20])
    residentBytes = MachineHealth.bytes(stat[24], of: UInt64(clamping: pageSize))
  }

  /// Seconds since the process was started, with the hundredths that the kernel has.
  public static var age: Double {
    let start = ProcessStat().seconds(22)
    // Where it cannot be told, the machine's own age would be a lie.
    guard start > 0 else { return 0 }
    return max(0, Double(MonotonicTime.sinceBoot) / 1e9 - start)
  }
}
