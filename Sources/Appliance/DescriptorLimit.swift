import Glibc

/// How many files and connections the process may have open at a time.
public enum DescriptorLimit {
  /// What is not connections: media, libraries, graphics, the journal, and room for the moment in which one connection
  /// has gone and another has come.
  static let others = 256
  /// More than any configuration asks for.
  private static let most: rlim_t = 1 << 16

  /// Takes as many as the system gives.
  public static func raise() {
    var limit = rlimit()
    guard getrlimit(kind, &limit) == 0 else { return }
    let wanted = min(limit.rlim_max, most)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    _ = setrlimit(kind, &limit)
  }

  /// As many of `wanted` connections as there is room for.
  static func connections(of wanted: Int) -> Int {
    var limit = rlimit()
    guard getrlimit(kind, &limit) == 0 else { return wanted }
    return min(wanted, max(64, Int(clamping: limit.rlim_cur) - others))
  }

  private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
