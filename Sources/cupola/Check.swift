import Appliance
import ArgumentParser
import CupolaConfiguration
import FFmpeg
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
    let items = Playlist(configuration.playlistSources).items
    guard !items.isEmpty else {
      print("There is no media in \(configuration.playlist.sources.joined(separator: ", ")): the test card would play.")
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

extension ApplianceConfiguration.Video {
  var summary: String {
    "\(width)x\(height), up to \(framerate) frames a second, \(bitrate / 1000) kbit/s, "
      + codecs.map(\.rawValue).joined(separator: " and ")
  }
}
