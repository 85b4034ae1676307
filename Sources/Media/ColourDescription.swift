/// What the numbers of a picture mean: the code points of ITU-T H.273, which are libav's too.
public struct ColourDescription: Hashable, Sendable {
  public enum Range: Hashable, Sendable {
    /// Luma 16–235 of 8 bits ("MPEG").
    case limited
    /// 0–255 ("JPEG").
    case full
  }

  public var range: Range
  public var primaries: Int32
  public var transfer: Int32
  public var matrix: Int32

  public init(range: Range, primaries: Int32, transfer: Int32, matrix: Int32) {
    self.range = range
    self.primaries = primaries
    self.transfer = transfer
    self.matrix = matrix
  }

  /// BT.709 in limited range: what a file means when it says nothing.
  public static let bt709 = ColourDescription(range: .limited, primaries: 1, transfer: 1, matrix: 1)
}
