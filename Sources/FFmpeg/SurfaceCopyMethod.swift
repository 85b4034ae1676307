/// A way out of a surface, into the processor's memory.
public enum SurfaceCopyMethod: CaseIterable, Sendable {
  /// Mapped, and read with streaming loads: for memory that the processor does not cache.
  case derivedStreaming
  /// Mapped, and read as any other memory.
  case derived
  /// The driver copies into an image of its own, which is read. Two copies, of which one may be the device's.
  case image

  /// Chooses among those that work, with what one picture took in nanoseconds; nil of none.
  public typealias Choice = @Sendable (_ tried: [(method: SurfaceCopyMethod, time: Int64)]) -> SurfaceCopyMethod?

  @Sendable public static func fastest(_ tried: [(method: SurfaceCopyMethod, time: Int64)]) -> SurfaceCopyMethod? {
    tried.min { $0.time < $1.time }?.method
  }
}
