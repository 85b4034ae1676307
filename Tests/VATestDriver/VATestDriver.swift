import FFmpeg
import Foundation
import VATestDisplay

/// The VA-API driver of the tests in this process: displays without a graphics card, with faults on request.
public enum VATestDriver {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// The root of the package.
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the driver and its companions are built.
  public static let folder = package.appendingPathComponent(".build/va-driver").path

  /// Builds what `make` finds missing, once a process.
  private static let built: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/make")
    process.arguments = ["-s", "-C", package.appendingPathComponent("Tests/VADriver").path, "all"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// What makes an unmodified program use the driver for whatever it opens as a render node.
  ///
  /// - Parameters:
  ///   - faults: a file that is read in every call, see the driver's README.
  ///   - status: a file that gets its counters.
  public static func environment(faults: String? = nil, status: String? = nil) throws -> [String: String] {
    guard built else { throw Failure(description: "Tests/VADriver cannot be built: `make -C Tests/VADriver`") }
    var variables = [
      "LIBVA_DRIVERS_PATH": folder, "LIBVA_DRIVER_NAME": "cupolatest", "LD_PRELOAD": folder + "/anydevice.so",
    ]
    variables["CUPOLA_VA_FAULTS"] = faults
    variables["CUPOLA_VA_STATUS"] = status
    return variables
  }

  /// The driver's counters in a status file.
  public static func counters(at path: String) throws -> [String: Int] {
    var counters: [String: Int] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = Int(words[1]) { counters[String(words[0])] = value }
    }
    return counters
  }

  private static let lock = NSLock()

  /// A device of this process whose display has `faults`: "flip-bit; max-size 640x640".
  ///
  /// - Parameter status: a file that gets the driver's counters; the first one that is named is everybody's.
  public static func open(faults: String = "", status: String? = nil) throws -> VAAPIDevice {
    guard built else { throw Failure(description: "Tests/VADriver cannot be built: `make -C Tests/VADriver`") }
    // The driver reads them while a display is initialised.
    lock.lock()
    defer { lock.unlock() }
    setenv("LIBVA_DRIVERS_PATH", folder, 1)
    setenv("CUPOLA_VA_FAULT", faults, 1)
    if let status { setenv("CUPOLA_VA_STATUS", status, 1) }
    guard let display = winsys_display() else { throw Failure(description: "libva has no memory") }
    return try VAAPIDevice(display: display, path: "the tests' driver")
  }
}
