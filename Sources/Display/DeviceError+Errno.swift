import Glibc

extension DeviceError {
  /// What an errno means of a call that sets something.
  package init(errno code: Int32) {
    switch code {
    case ENODEV, ENXIO, EIO: self = .noCard
    case EACCES, EPERM: self = .held
    case EBUSY, EAGAIN: self = .busy
    case EINVAL, ERANGE, ENOSPC, ENOENT, EOPNOTSUPP: self = .invalid
    case ENOMEM: self = .noMemory
    default: self = .other(code)
    }
  }

  /// What an errno means of opening a card.
  package init(openingErrno code: Int32) {
    switch code {
    case ENOENT, ENODEV, ENXIO, ENOTDIR: self = .noCard
    case EACCES, EPERM: self = .denied
    case EBUSY: self = .held
    default: self = .other(code)
    }
  }

  /// Throws what libdrm returns when it is not 0: an errno, negated.
  static func check(_ result: Int32) throws(DeviceError) {
    if result != 0 { throw DeviceError(errno: result < 0 ? -result : errno) }
  }
}
