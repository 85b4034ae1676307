import Foundation
import Glibc

/// A wall clock that a test sets, for one process: a library that is loaded before libc's own functions. The monotonic
/// clock stays what it is.
final class FakeClock: Sendable {
  private let folder: TemporaryFolder
  private let offset: FileHandle

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Data(count: 8), to: "offset")
    offset = try FileHandle(forWritingTo: URL(fileURLWithPath: folder["offset"]))
    try folder.write(Self.source, to: "clock.c")
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["cc", "-shared", "-fPIC", "-O2", "-o", folder["clock.so"], folder["clock.c"]]
    try compiler.run()
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else {
      throw CupolaProcess.Failure(description: "the fake clock cannot be compiled")
    }
  }

  /// What to start the process with.
  var environment: [String: String] { ["LD_PRELOAD": folder["clock.so"], "FAKE_CLOCK": folder["offset"]] }

  /// Sets the clock so many seconds ahead of the true one, or behind it.
  func set(ahead seconds: Int64) throws {
    try offset.seek(toOffset: 0)
    try offset.write(contentsOf: withUnsafeBytes(of: seconds) { Data($0) })
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static const volatile int64_t *offset;

    __attribute__((constructor)) static void begin(void) {
      int file = open(getenv("FAKE_CLOCK"), O_RDONLY | O_CLOEXEC);
      if (file < 0) abort();
      offset = mmap(NULL, 8, PROT_READ, MAP_SHARED, file, 0);
      close(file);
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      int result = syscall(SYS_clock_gettime, clock, now);
      int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
      if (result == 0 && is_wall && offset != NULL) now->tv_sec += *offset;
      return result;
    }

    int gettimeofday(struct timeval *now, void *zone) {
      struct timespec precise;
      clock_gettime(CLOCK_REALTIME, &precise);
      *now = (struct timeval){precise.tv_sec, precise.tv_nsec / 1000};
      return 0;
    }

    time_t time(time_t *now) {
      struct timespec precise;
      clock_gettime(CLOCK_REALTIME, &precise);
      if (now != NULL) *now = precise.tv_sec;
      return precise.tv_sec;
    }

    """
}
