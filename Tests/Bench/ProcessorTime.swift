import Foundation

/// Processor time, user and system together, in seconds.
enum ProcessorTime {
  /// Of this process, every thread.
  static var ofThisProcess: Double { clock(CLOCK_PROCESS_CPUTIME_ID) }

  /// Of the calling thread.
  static var ofThisThread: Double { clock(CLOCK_THREAD_CPUTIME_ID) }

  /// Of those threads of a running process whose names are chosen, as the scheduler accounts it
  /// (`/proc/…/schedstat`, nanoseconds).
  static func of(process: Int32, threadsNamed isChosen: (String) -> Bool) -> Double {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    return tasks.reduce(0) { sum, task in
      func file(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(process)/task/\(task)/\(name)", encoding: .utf8)) ?? ""
      }
      guard isChosen(file("comm").trimmingCharacters(in: .newlines)) else { return sum }
      return sum + (file("schedstat").split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
    }
  }

  /// Runs a command to its end: what it cost, its children included.
  static func ofCommand(_ path: String, _ arguments: [String]) throws -> Double {
    var before = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &before)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError("\(path) ended with \(process.terminationStatus)") }
    var after = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &after)
    return seconds(after) - seconds(before)
  }

  private static func seconds(_ usage: rusage) -> Double {
    Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
  }

  private static func clock(_ id: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(id, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Why a bench could not be run.
struct BenchError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
