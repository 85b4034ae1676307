import CQR

/// An address as a square of dark and light modules (ISO/IEC 18004), by libqrencode.
package struct QRCode: Hashable, Sendable {
  /// Modules on a side, without the quiet zone.
  package let side: Int
  private let dark: [Bool]

  /// What fits a screen and is read from across a room.
  private static let most = 512

  /// nil for what is empty, or longer than an address is.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...Self.most).contains(bytes.count),
      let symbol = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
    else { return nil }
    defer { unsafe QRcode_free(symbol) }
    side = Int(unsafe symbol.pointee.width)
    dark = (0..<side * side).map { unsafe symbol.pointee.data[$0] & 1 == 1 }
  }

  package func isDark(_ column: Int, _ row: Int) -> Bool { dark[row * side + column] }
}
