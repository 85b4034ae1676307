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

  public static let bt709LumaWeights = (red: 0.2126, blue: 0.0722)
  public static let bt2020LumaWeights = (red: 0.2627, blue: 0.0593)

  /// What red and blue are of the luma by the matrix (ITU-T H.273, table 4: K_R and K_B); nil for one that is not made so.
  public var lumaWeights: (red: Double, blue: Double)? {
    switch matrix {
    case 1: Self.bt709LumaWeights
    case 4: (0.30, 0.11)
    case 5, 6: (0.299, 0.114)
    case 7: (0.212, 0.087)
    case 9, 10: Self.bt2020LumaWeights
    default: nil
    }
  }
}
