import Appliance
import ArgumentParser
import CupolaConfiguration
import FFmpeg
import Media
import Playout

/// `cupola probe FILE`: what Cupola makes of a file; `cupola probe --hardware`: what the graphics card can do.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what Cupola makes of a file: codec, size, rate, duration, projection; or of the graphics card.",
    discussion: """
      Exit code 66 when a file cannot be read, 65 when it holds nothing that can be played; 69 when no graphics device \
      is of use.
      """)

  @Flag(help: "Print a JSON object a file, a line each: what it is taken for, and why.")
  var json = false

  @Flag(help: "Try the graphics device out, and tell what it can do or why there is none.")
  var hardware = false

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var shape: ShapeOptions

  @Argument(help: "Files, or URLs that libavformat opens.")
  var files: [String] = []

  func validate() throws {
    guard hardware || !files.isEmpty else { throw ValidationError("Name a file, or --hardware.") }
  }

  func run() throws {
    var worst: ExitCode?
    let configuration = files.isEmpty ? ApplianceConfiguration() : try options.load()
    let access = MediaAccess(formats: configuration.mediaFormats)
    let shape = try shape.override().over(configuration.shape)
    for file in files.map({ MediaLocation(argument: $0) }) {
      do throws(MediaError) {
        let report = try probe(file, access: access, shape: shape)
        print(
          json
            ? ProbedFile(file, report).line
            : "\(PrintableLocation(file))\n\(report.lines.map { "  " + $0 }.joined(separator: "\n"))")
        if report.failure != nil { worst = worst ?? .badMedia }
      } catch {
        print(
          json
            ? ProbedFile(file, failure: error.description).line
            : "\(PrintableLocation(file))\n  cannot be played: \(error)")
        worst = worst ?? error.exitCode
      }
    }
    if hardware, !(try probeHardware()) { worst = worst ?? .unavailable }
    if let worst { throw worst }
  }

  /// Whether there is something of use.
  private func probeHardware() throws -> Bool {
    let configuration = try options.load().acceleration
    guard configuration.device != .none else {
      print("hardware.device is none: no graphics device is used")
      return false
    }
    let report = HardwareAcceleration.probe(configuration)
    print(report.lines.joined(separator: "\n"))
    return report.devices.contains(where: \.isUsable)
  }
}

extension HardwareReport {
  /// The report for people: a table for each device, and what stands in the way of others.
  var lines: [String] {
    var lines: [String] = []
    for device in devices {
      lines += ["device   \(device.path)", "driver   \(device.driver)"]
      let rows = device.rows.map { row in
        [
          row.work.description, "\(row.limit)", row.framesPerSecond.map { "\(Int($0)) fps" } ?? "-",
          row.refusal.map { "not used: \($0)" } ?? "ok",
        ]
      }
      lines += Self.table([["what", "up to", "640x320", "verdict"]] + rows)
      let missing = DecodeProfile.allCases.filter { profile in !device.rows.contains { $0.work == .decode(profile) } }
      if !missing.isEmpty { lines.append("not offered: \(missing.map(\.description).joined(separator: ", "))") }
      if !device.rows.contains(where: { $0.work == .encode }) { lines.append("not offered: encoding H.264") }
    }
    return lines + problems.map { "none: \($0)" }
  }

  private static func table(_ rows: [[String]]) -> [String] {
    let widths = (0..<4).map { column in rows.map(\.[column].count).max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { cell, width in cell + String(repeating: " ", count: max(0, width - cell.count)) }
        .joined(separator: "  ").trimmingSuffix(" ")
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
