import Foundation

/// `/proc/self/stat`, field by field as proc(5) numbers them, from the third on; what is not there is 0.
public struct ProcessStat {
  private var fields: [Substring] = []

  public init(text: String? = smallFile("/proc/self/stat")) {
    // The second is the name, which may hold anything.
    guard let text, let end = text.lastIndex(of: ")") else { return }
    fields = text[text.index(after: end)...].split(separator: " ")
  }

  subscript(number: Int) -> UInt64 {
    fields.indices.contains(number - 3) ? UInt64(fields[number - 3]) ?? 0 : 0
  }

  /// A field that counts clock ticks.
  func seconds(_ number: Int) -> Double { Double(self[number]) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)) }
}
