/// What a preset may be called.
public enum PresetName {
  /// Counted in Unicode scalars.
  public static let maximumLength = 64
  /// What is allowed, in words.
  public static let rule =
    "The name of a preset has 1 to 64 characters, does not begin with a space, and has no control characters in it, "
    + "nor such as change the direction of the text."

  public static func isAllowed(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, !first.properties.isWhitespace else { return false }
    return name.unicodeScalars.count <= maximumLength && name.unicodeScalars.allSatisfy(isAllowed)
  }

  /// Controls, line separators, and what formats text without being seen: a name would be shown as another, or break
  /// out of its line. Joiners and tags are parts of letters and emoji.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x20, 0x7F...0x9F, 0xAD, 0x061C, 0x180E, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB:
      false
    default: true
    }
  }
}
