import FFmpeg

extension SurfaceCopyMethod {
  /// Of two that are as fast the later, plainer one; but the driver's own copy, which keeps the device busy, has to take
  /// less than half.
  @Sendable package static func best(_ tried: [(method: SurfaceCopyMethod, time: Int64)]) -> SurfaceCopyMethod? {
    var best: (method: SurfaceCopyMethod, time: Int64)?
    for way in tried {
      let limit = best.map { way.method == .image ? $0.time / 2 : $0.time + $0.time / 16 }
      if limit.map({ way.time < $0 }) ?? true { best = way }
    }
    return best?.method
  }
}
