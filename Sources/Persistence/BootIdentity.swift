import Foundation

/// What tells one run of the machine from the next: a process that ended in the same one ended by itself, or was killed;
/// in another, the plug may have been pulled.
public enum BootIdentity {
  /// - Parameters:
  ///   - kernelFile: where the kernel says it. Not in the service's sandbox.
  ///   - runtimeDirectory: a folder that is gone with the machine's power, but not with the service's restart; something
  ///     made up is kept in it where the kernel does not say.
  /// - Returns: nil where nobody can tell.
  public static func current(
    kernelFile: String = "/proc/sys/kernel/random/boot_id",
    runtimeDirectory: String? = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"]
  ) -> String? {
    let kernel = URL(filePath: kernelFile)
    let said = StateDirectory(configured: kernel.deletingLastPathComponent().path).read(kernel.lastPathComponent)
    if let text = said?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty { return text }
    guard let path = runtimeDirectory?.split(separator: ":").first.map(String.init) else { return nil }
    let directory = StateDirectory(configured: path)
    if let text = directory.read(file), !text.isEmpty { return text }
    let made = UUID().uuidString
    guard (try? directory.write(made, to: file, synchronously: false)) != nil else { return nil }
    return made
  }

  private static let file = "boot"
}
