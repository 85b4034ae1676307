import Foundation

/// Where the viewer page lies.
enum WebRoot {
  /// Beside an installed program (`../share/cupola/web`), else in the checkout that the program was built in.
  static func find() -> String? {
    guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    var folder = URL(fileURLWithPath: program).deletingLastPathComponent()
    let installed = folder.deletingLastPathComponent().appendingPathComponent("share/cupola/web")
    if isPage(installed) { return installed.path }
    for _ in 0..<5 {
      folder.deleteLastPathComponent()
      let beside = folder.appendingPathComponent("web")
      if isPage(beside) { return beside.path }
    }
    return nil
  }

  private static func isPage(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("index.html").path)
  }
}
