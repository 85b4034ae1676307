import CFFmpeg

/// libav's log.
enum AVLog {
  /// libav prints to stderr by itself; whoever opens something first stops that, once.
  static let isQuiet: Bool = {
    av_log_set_level(AV_LOG_QUIET)
    return true
  }()
}
