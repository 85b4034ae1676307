/// Why a command is not carried out.
public enum Refusal: Error, Hashable, Sendable {
  /// Only operators change what others see.
  case notOperator
  case unknownPreset
  case lastPreset
  /// The playlist has `count` items, and the one that was asked for is beyond.
  case unknownItem(count: Int)

  /// A sentence for people.
  public var sentence: String {
    switch self {
    case .notOperator: "This needs the operator PIN."
    case .unknownPreset: "There is no such preset."
    case .lastPreset: "The last preset cannot be removed."
    case .unknownItem(count: 0): "The playlist is empty."
    case .unknownItem(let count):
      "The field index is to be a whole number from 0 to \(count - 1): there is no more."
    }
  }
}
