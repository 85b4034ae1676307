import Appliance
import ArgumentParser
import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo

/// `cupola snapshot`: one picture of one preset, as a PNG file.
struct Snapshot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what a preset shows of a file at a moment, as a PNG picture.")

  @OptionGroup var options: ConfigurationOptions

  @Argument(help: "A 360° file.")
  var file: String

  @Option(help: "The preset's name or number.")
  var preset = "0"

  @Option(help: "Seconds after the file's start.")
  var at = 0.0

  @Option(name: .shortAndLong, help: "Where to write the picture.")
  var output: String

  func validate() throws {
    guard at.isFinite, (0...1e7).contains(at) else { throw ValidationError("--at is a number of seconds from 0") }
  }

  func run() throws {
    let configuration = try options.load()
    let presets = configuration.cameraPresets
    guard let preset = presets.first(where: { "\($0.number)" == preset }) ?? presets.first(where: { $0.name == preset })
    else {
      let known = presets.map { "\($0.number) \($0.name)" }.joined(separator: ", ")
      throw ValidationError("there is no preset \"\(preset)\"; there are \(known)")
    }
    let file = MediaLocation(argument: file)
    let png: [UInt8]
    do throws(MediaError) {
      let size = VideoSize(width: configuration.video.width, height: configuration.video.height)
      let access = MediaAccess(formats: configuration.mediaFormats)
      let picture = try Playout.snapshot(
        file: file, access: access, preset: preset, time: MediaTime(seconds: at), size: size)
      png = try PNGImage.encode(picture)
    } catch {
      complain("\(PrintableLocation(file)): \(error)")
      throw error.exitCode
    }
    do {
      try Data(png).write(to: URL(fileURLWithPath: output))
    } catch {
      complain("\(output): cannot be written: \(error.localizedDescription)")
      throw ExitCode.cannotCreate
    }
  }
}
