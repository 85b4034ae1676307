import CFFmpeg

/// libav's log.
enum AVLog {
  /// libav prints to stderr by itself; whoever opens something first stops that, once.
  static let isQuiet: Bool = {
    cffmpeg_set_log(nil, AV_LOG_QUIET)
    return true
  }()
}
