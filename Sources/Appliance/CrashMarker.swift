import Foundation
import Synchronization

/// Leaves word that Cupola crashed: of itself, or ended by a watchdog since it hung. A plug that is pulled leaves none,
/// and so no item is blamed for it.
public enum CrashMarker {
  private static let file = "crashed"
  /// Open from the start on: a handler of a fatal signal may only write.
  private static let descriptor = Atomic<Int32>(-1)
  private static let fatalSignals = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]

  /// Marks a crash of this process in `directory` from now on. Once a process.
  ///
  /// - Returns: whether the last run left word.
  public static func install(in directory: StateDirectory) -> Bool {
    let hasCrashed = directory.read(file)?.isEmpty == false
    try? directory.write("", to: file, synchronously: false)
    let opened = open(directory.path + "/" + file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard opened >= 0 else { return hasCrashed }
    descriptor.store(opened, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
    action.__sigaction_handler.sa_handler = { signal in
      let mark = UInt8(ascii: "!")
      withUnsafePointer(to: mark) { _ = write(CrashMarker.descriptor.load(ordering: .relaxed), $0, 1) }
      // As the signal would have ended it.
      raise(signal)
    }
    for signal in fatalSignals { sigaction(signal, &action, nil) }
    return hasCrashed
  }
}
