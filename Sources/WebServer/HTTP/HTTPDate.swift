import Glibc

/// Points in time as HTTP writes them (RFC 9110, section 5.6.7).
package enum HTTPDate {
  /// "Sun, 06 Nov 1994 08:49:37 GMT", of this moment.
  static var now: String { text(secondsSince1970: time(nil)) }

  package static func text(secondsSince1970 seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ value: Int32, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    let day = days[Int(parts.tm_wday)]
    let month = months[Int(parts.tm_mon)]
    let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits($0, 2) }.joined(separator: ":")
    return "\(day), \(digits(parts.tm_mday, 2)) \(month) \(digits(parts.tm_year + 1900, 4)) \(clock) GMT"
  }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
