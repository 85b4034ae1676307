import Appliance
import ArgumentParser
import CupolaConfiguration
import FFmpeg
import Foundation
import Media
import Playout
import Programme
import SphericalVideo

/// `cupola snapshot`: one picture of one view, as a PNG file.
struct Snapshot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what a preset, or any other view, shows of a file at a moment, as a PNG picture.")

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var shape: ShapeOptions

  @Argument(help: "A 360° file.")
  var file: String

  @Option(help: "The preset's name or number.")
  var preset = "0"

  @Option(parsing: .unconditional, help: "Degrees to the right, in place of the preset's.")
  var yaw: Double?

  @Option(parsing: .unconditional, help: "Degrees up, in place of the preset's.")
  var pitch: Double?

  @Option(parsing: .unconditional, help: "Degrees clockwise, in place of the preset's.")
  var roll: Double?

  @Option(help: "Horizontal field of view in degrees, in place of the preset's.")
  var fov: Double?

  @Option(
    help: "What the lens makes of the world: \(Preset.Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: { text in
      guard let kind = Preset.Kind(rawValue: text) else { throw ValidationError("there is no kind \"\(text)\"") }
      return kind
    })
  var kind: Preset.Kind?

  @Option(help: "Of the picture, such as 1280x720; without it that of the configuration.")
  var size: String?

  @Option(help: "Seconds after the file's start.")
  var at = 0.0

  @Option(name: .shortAndLong, help: "Where to write the picture.")
  var output: String

  func validate() throws {
    guard at.isFinite, (0...1e7).contains(at) else { throw ValidationError("--at is a number of seconds from 0") }
    if size != nil, pictureSize == nil {
      throw ValidationError("--size is a width and a height of 16 to 8192, such as 1280x720")
    }
  }

  private var pictureSize: VideoSize? {
    let sides = size?.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) } ?? []
    guard sides.count == 2, let width = sides[0], let height = sides[1],
      [width, height].allSatisfy((16...8192).contains)
    else { return nil }
    return VideoSize(width: width, height: height)
  }

  /// The preset, with what was said in its place.
  private func view(_ presets: [Preset]) throws -> CameraPreset {
    guard var view = PresetList(presets).find(preset) else {
      let known = presets.map { "\($0.number) \($0.name)" }.joined(separator: ", ")
      throw ValidationError("there is no preset \"\(preset)\"; there are \(known)")
    }
    (view.yaw, view.pitch) = (yaw ?? view.yaw, pitch ?? view.pitch)
    (view.roll, view.fov) = (roll ?? view.roll, fov ?? view.fov)
    view.kind = kind ?? view.kind
    do throws(Preset.Invalid) {
      return try view.validated().camera
    } catch {
      throw ValidationError(error.description)
    }
  }

  func run() throws {
    let configuration = try options.load()
    let view = try view(configuration.presets)
    let shape = try shape.override().over(configuration.shape)
    let file = MediaLocation(argument: file)
    let png: [UInt8]
    do throws(MediaError) {
      let size = pictureSize ?? VideoSize(width: configuration.video.width, height: configuration.video.height)
      let access = MediaAccess(formats: configuration.mediaFormats)
      let picture = try Playout.snapshot(
        file: file, access: access, shape: shape, preset: view, time: MediaTime(seconds: at), size: size)
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
