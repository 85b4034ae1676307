import Appliance
import ArgumentParser
import CupolaConfiguration
import FFmpeg
import Fairness
import Media
import Playout

/// `cupola check`: would `cupola run` do what is wanted?
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the configuration, and that every item of the playlist plays.",
    discussion: """
      Exit code 0: all is well. 78: the configuration is wrong; file, line, key and what is allowed are told. 66: the \
      configuration file is not there. 65: an item of the playlist does not play, or there is none.
      """)

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let configuration = try options.load()
    print("The configuration is right: \(configuration.presets.count) presets, \(configuration.video.summary).")
    if let pin = configuration.operator.pin.flatMap({ Fairness.PIN($0) }) { pin.warnings.forEach { print($0) } }
    let items = Playlist(configuration.playlistSources).items
    guard !items.isEmpty else {
      let sources = configuration.playlist.sources.map { PrintableLocation($0).description }
      let what = sources.isEmpty ? "No sources are named" : "There is no media in \(sources.joined(separator: ", "))"
      print("\(what): the test card would play.")
      throw ExitCode.badMedia
    }
    var failures = 0
    for item in items {
      let failure: String?
      do throws(MediaError) {
        let report = try probe(item.url, access: item.access)
        failure = report.failure
        if failure == nil { print("  plays    \(item.name): \(report.codec), \(report.size), \(report.projection)") }
      } catch {
        failure = error.description
      }
      if let failure {
        print("  skipped  \(item.name): \(failure)")
        failures += 1
      }
    }
    print("\(items.count - failures) of \(items.count) items play.")
    if failures > 0 { throw ExitCode.badMedia }
  }
}

extension Fairness.PIN {
  /// What it means that it is shorter than one that Cupola makes; nothing for those that are not.
  fileprivate var warnings: [String] {
    // From here on the budgets of the sources come first.
    guard keySpace < 1e10 else { return [] }
    let alone = keySpace / 2 * PINTries.interval
    return [
      "Warning: operator.pin is one of \(Int(keySpace)). One machine that guesses all the time finds it after "
        + "\(Self.days(min(alone, PINTries.search / 2))) on average, many together after \(Self.days(PINTries.search / 2)):",
      "  no more than \(Int(PINTries.perDay(self))) wrong ones are looked at in a day, and while somebody uses them up, "
        + "devices that were never right have to wait. Without operator.pin, Cupola makes one of eight characters.",
    ]
  }

  private static func days(_ seconds: Double) -> String {
    let days = Int((seconds / 86_400).rounded())
    return days == 1 ? "a day" : days < 1 ? "hours" : "\(days) days"
  }
}

extension ApplianceConfiguration.Video {
  var summary: String {
    "\(width)x\(height), up to \(framerate) frames a second, \(bitrate / 1000) kbit/s, "
      + codecs.map(\.rawValue).joined(separator: " and ")
  }
}
