import Foundation

/// What the machine says of itself, from files that the kernel makes up.
public struct MachineHealth: Sendable {
  public struct Disk: Sendable {
    public var folder: String
    public var free: UInt64
    public var size: UInt64
  }

  /// Degrees Celsius by sensor; at most `maximumSensors`.
  public var temperatures: [(sensor: String, degrees: Double)] = []
  public var disks: [Disk] = []

  private static let maximumSensors = 64

  /// Asks every sensor, and the disk of every folder, which may take as long as a disk that does not answer.
  public init(folders: [String]) {
    temperatures = Array((Self.thermalZones() + Self.hardwareMonitors()).prefix(Self.maximumSensors))
    disks = folders.compactMap(Self.disk)
  }

  private static func thermalZones() -> [(String, Double)] {
    list("/sys/class/thermal").filter { $0.hasPrefix("thermal_zone") }.compactMap { zone in
      guard let degrees = thousandths("/sys/class/thermal/\(zone)/temp") else { return nil }
      let type =
        smallFile("/sys/class/thermal/\(zone)/type")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
      return ("\(zone) \(type)", degrees)
    }
  }

  private static func hardwareMonitors() -> [(String, Double)] {
    list("/sys/class/hwmon").flatMap { monitor in
      let folder = "/sys/class/hwmon/\(monitor)"
      let name = smallFile("\(folder)/name")?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
      return list(folder).filter { $0.hasPrefix("temp") && $0.hasSuffix("_input") }.compactMap { input in
        thousandths("\(folder)/\(input)").map { ("\(monitor) \(name) \(input.dropLast("_input".count))", $0) }
      }
    }
  }

  private static func disk(_ folder: String) -> Disk? {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else { return nil }
    return Disk(
      folder: folder, free: bytes(UInt64(status.f_bavail), of: UInt64(status.f_frsize)),
      size: bytes(UInt64(status.f_blocks), of: UInt64(status.f_frsize)))
  }

  /// Saturated: a file system of somebody's own making counts what it likes.
  public static func bytes(_ blocks: UInt64, of size: UInt64) -> UInt64 {
    let (bytes, overflow) = blocks.multipliedReportingOverflow(by: size)
    return overflow ? .max : bytes
  }

  private static func list(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func thousandths(_ path: String) -> Double? {
    smallFile(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.map { Double($0) / 1000 }
  }
}
