import Media

/// What may be opened: a file, which is open, or an address with its scheme.
enum AdmittedLocation {
  case file(RegularFile)
  case address(String, scheme: String)

  /// Opens a file; of an address it only decides whether it may be opened.
  init(_ location: MediaLocation, access: MediaAccess) throws(MediaError) {
    guard let scheme = Self.scheme(of: location), scheme != "file" else {
      let file = try RegularFile(path: Self.path(of: location))
      guard access.admits(file) else { throw .outside }
      self = .file(file)
      return
    }
    guard access.schemes.contains(scheme) else { throw .refusedAddress(scheme: scheme) }
    self = .address(location.text, scheme: scheme)
  }

  /// In lower case; nil for a path. What libav takes for more ("concat:", "subfile,,") is none.
  static func scheme(of location: MediaLocation) -> String? {
    let bytes = location.bytes
    guard let end = bytes.firstRange(of: "://".utf8)?.lowerBound, let first = bytes.first, isLetter(first),
      bytes[..<end].allSatisfy({ isLetter($0) || (48...57).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) })
    else { return nil }
    return String(decoding: bytes[..<end], as: UTF8.self).lowercased()
  }

  /// Without "file:" and "file://".
  static func path(of location: MediaLocation) -> MediaLocation {
    guard String(decoding: location.bytes.prefix(7), as: UTF8.self).lowercased() == "file://" else { return location }
    return MediaLocation(bytes: location.bytes.dropFirst(7))
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
}
