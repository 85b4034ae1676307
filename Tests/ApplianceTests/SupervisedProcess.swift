import Foundation
import Glibc
import Synchronization

/// A program on a thread of its own, which starts it, reads what it prints, waits for its end, and kills it when it is
/// late. The kernel kills it when that thread ends, so it outlives no test run, whatever becomes of that.
final class SupervisedProcess: Sendable {
  enum Exit: Hashable, Sendable {
    case code(Int32)
    case signal(Int32)
  }

  struct Ending: Sendable {
    var exit: Exit
    /// How long after the last signal.
    var after: Duration?
    /// Everything that it printed.
    var output = ""
  }

  private struct State {
    var processID: pid_t?
    var deadline: ContinuousClock.Instant
    /// When the process was signalled last.
    var signalled: ContinuousClock.Instant?
  }

  let ended = OneShot<Ending>()

  private let state: Mutex<State>
  private let arguments: [String]
  private let errors: String
  private let receive: @Sendable (_ output: String) -> Void

  /// - Parameters:
  ///   - arguments: the program's path and its arguments.
  ///   - launcher: what starts it in a place of its own and becomes it, such as `unshare`; it is the same process.
  ///   - errors: the file that gets its standard error.
  ///   - limit: when it is killed if nobody said otherwise until then.
  ///   - receive: gets all that it has printed so far, on the thread, whenever there is more.
  init(
    _ arguments: [String], launcher: [String] = [], errors: String, limit: Duration,
    receive: @escaping @Sendable (_ output: String) -> Void = { _ in }
  ) {
    // Behind the launcher: a change of credentials takes the signal back.
    self.arguments = launcher + ["/usr/bin/setpriv", "--pdeathsig", "KILL"] + arguments
    self.errors = errors
    self.receive = receive
    state = Mutex(State(deadline: .now + limit))
    Thread.detachNewThread { [self] in supervise() }
  }

  /// nil before it has started, and after its end.
  var processID: pid_t? { state.withLock { $0.processID } }

  /// Sends a signal, if it still runs.
  func signal(_ signal: Int32) {
    state.withLock { state in
      guard let processID = state.processID else { return }
      state.signalled = .now
      kill(processID, signal)
    }
  }

  /// It is killed when it runs for that long from now.
  func setLimit(_ limit: Duration) { state.withLock { $0.deadline = .now + limit } }

  private func supervise() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return ended.fulfil(Ending(exit: .code(127))) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let spawned = spawn(output: ends[1])
    Glibc.close(ends[1])
    defer { Glibc.close(ends[0]) }
    guard let processID = spawned else { return ended.fulfil(Ending(exit: .code(127))) }
    state.withLock { $0.processID = processID }
    let output = read(ends[0], until: processID)

    // It is reaped under the lock, so that no signal ever goes to another process of the same number.
    var status: Int32 = 0
    let after = state.withLock { state in
      state.processID = nil
      waitpid(processID, &status, 0)
      return state.signalled.map { $0.duration(to: .now) }
    }
    let signal = status & 0x7F
    ended.fulfil(
      Ending(exit: signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal), after: after, output: output))
  }

  private func spawn(output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var processID: pid_t = 0
    return posix_spawn(&processID, argv[0]!, &actions, nil, argv, environ) == 0 ? processID : nil
  }

  /// Another child may hold the pipe open by accident, so the end of the process ends it too.
  private func read(_ descriptor: Int32, until processID: pid_t) -> String {
    var output: [UInt8] = []
    var information = siginfo_t()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 50)
      if state.withLock({ $0.deadline < .now }) { signal(SIGKILL) }
      guard ready > 0 else {
        information.si_signo = 0
        if waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT | WNOHANG) == 0, information.si_signo != 0 {
          break
        }
        continue
      }
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      output += buffer[..<count]
      receive(String(decoding: output, as: UTF8.self))
    }
    return String(decoding: output, as: UTF8.self)
  }
}
