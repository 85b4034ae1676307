import Synchronization

/// Surfaces of graphics devices that are in this process's own hands and not in libavcodec's, which lacks them meanwhile.
///
/// Counted for all devices together: one that was given up may never give its surfaces back, and then this shows it.
public final class HeldSurfaces: Sendable {
  /// Pictures that are being copied: one for each decoder.
  public static let decoding = HeldSurfaces()
  /// Pictures that are being filled and encoded: one for each encoder.
  public static let encoding = HeldSurfaces()

  /// How many a decoder may hold at once.
  static let limitOfDecoder: Int32 = 1

  private let count = Atomic(0)
  private let maximum = Atomic(0)

  /// How many are held now.
  public var current: Int { count.load(ordering: .relaxed) }
  /// The most that ever were at once.
  public var most: Int { maximum.load(ordering: .relaxed) }

  func take() {
    let held = count.add(1, ordering: .relaxed).newValue
    maximum.max(held, ordering: .relaxed)
  }

  func giveBack() { count.subtract(1, ordering: .relaxed) }
}
