import Glibc

/// Why a graphics card cannot be used.
public enum HardwareProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no render node at all.
  case noDevice
  case noPermission(path: String, group: String)
  case cannotOpen(path: String, reason: String)
  case noDriver(path: String, reason: String)

  init(opening path: String, errno code: Int32) {
    guard code == EACCES || code == EPERM else {
      self = .cannotOpen(path: path, reason: String(cString: strerror(code)))
      return
    }
    var status = stat()
    var group = "render"
    if stat(path, &status) == 0, let entry = getgrgid(status.st_gid), let name = entry.pointee.gr_name {
      group = String(cString: name)
    }
    self = .noPermission(path: path, group: group)
  }

  public var description: String {
    switch self {
    case .noDevice: "there is no graphics device (no /dev/dri/renderD*)"
    case .noPermission(let path, let group):
      "no permission to open \(path): its group is \(group)"
    case .cannotOpen(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .noDriver(let path, let reason):
      "no VA-API driver works on \(path) (\(reason))"
    }
  }
}
