import Glibc
import Synchronization

/// A child process in a process group of its own, with a pipe to its file descriptor 3 and one from its 4.
///
/// The whole group is killed when this value is ended or released, so that no browser outlives its test.
final class ChildProcess: Sendable {
  /// Where to write what the child reads from its file descriptor 3.
  let input: Int32
  /// Where to read what the child writes to its file descriptor 4.
  let output: Int32
  let processID: pid_t

  private let isEnded = Mutex(false)

  init(path: String, arguments: [String]) throws(BrowserError) {
    // Raised above 3 and 4, so that no `dup2` in the child overwrites a descriptor that the next one needs.
    let toChild = try Self.pipe(path)
    let fromChild = try Self.pipe(path)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, toChild.read, 3)
    posix_spawn_file_actions_adddup2(&actions, fromChild.write, 4)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)

    let argv = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var processID: pid_t = 0
    let result = posix_spawn(&processID, path, &actions, &attributes, argv, environ)
    Glibc.close(toChild.read)
    Glibc.close(fromChild.write)
    guard result == 0 else {
      Glibc.close(toChild.write)
      Glibc.close(fromChild.read)
      throw .cannotStart(path: path, errno: result)
    }
    self.processID = processID
    input = toChild.write
    output = fromChild.read
  }

  deinit {
    end()
    Glibc.close(input)
    Glibc.close(output)
  }

  /// Kills the group and waits for its leader. Any number of calls do the same as one.
  func end() {
    isEnded.withLock { isEnded in
      guard !isEnded else { return }
      isEnded = true
      kill(-processID, SIGKILL)
      var status: Int32 = 0
      while waitpid(processID, &status, 0) == -1, errno == EINTR {}
    }
  }

  private static func pipe(_ path: String) throws(BrowserError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw .cannotStart(path: path, errno: errno) }
    let raised = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 16) }
    for end in ends { Glibc.close(end) }
    guard raised.allSatisfy({ $0 >= 0 }) else { throw .cannotStart(path: path, errno: EMFILE) }
    return (raised[0], raised[1])
  }
}
