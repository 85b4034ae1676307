import CSystemd
import Foundation

/// The systemd journal (sd_journal_sendv(3)).
public enum Journal {
  /// syslog(3)'s severities.
  public enum Priority: Int, Sendable { case emergency, alert, critical, error, warning, notice, informational, debug }

  /// Whether standard error goes to the journal already: `$JOURNAL_STREAM` names the device and inode of it.
  public static var isConnected: Bool {
    guard let stream = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else { return false }
    var status = stat()
    guard fstat(2, &status) == 0 else { return false }
    return stream == "\(status.st_dev):\(status.st_ino)"
  }

  /// Writes an entry. Fields beside `MESSAGE` and `PRIORITY` have upper case names (`fieldName`).
  ///
  /// - Returns: false when the journal did not take it.
  @discardableResult
  public static func send(_ message: String, priority: Priority, fields: [(String, String)] = []) -> Bool {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for (name, value) in [("MESSAGE", message), ("PRIORITY", "\(priority.rawValue)")] + fields {
      bytes += "\(name)=\(value)".utf8
      ends.append(bytes.count)
    }
    return bytes.withUnsafeMutableBytes { bytes in
      var start = 0
      let vectors = ends.map { end in
        defer { start = end }
        return iovec(iov_base: bytes.baseAddress! + start, iov_len: end - start)
      }
      return sd_journal_sendv(vectors, Int32(vectors.count)) == 0
    }
  }

  /// What a field may be called (journal-fields: upper case letters, digits and underscores, a letter first).
  public static func fieldName(_ name: String) -> String {
    var field = "CUPOLA_"
    for scalar in name.unicodeScalars {
      if scalar.properties.isUppercase, field.utf8.last != UInt8(ascii: "_") { field += "_" }
      let isAllowed = scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      field += isAllowed ? String(scalar).uppercased() : "_"
    }
    return String(field.prefix(64))
  }
}
