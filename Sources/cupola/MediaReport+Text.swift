import ArgumentParser
import FFmpeg
import Playout

extension MediaReport {
  /// The report for people, a fact a line.
  var lines: [String] {
    var video = "\(codec)\(profile.map { " (\($0))" } ?? ""), \(size), \(pixelFormat) (\(bitDepth) bit)"
    if let framerate { video += ", \(framerate.shortText) frames a second" }
    return [
      "container   \(format)",
      "video       \(video)",
      "duration    \(isStill ? "a picture without motion" : duration.map { "\($0.seconds.shortText) s" } ?? "unknown")",
      "projection  \(projection)",
      "looked at   \(viewedSize)",
      "colour      \(colour.range == .full ? "full" : "limited") range, primaries \(colour.primaries), "
        + "transfer \(colour.transfer), matrix \(colour.matrix) (ITU-T H.273)",
      "sound       \(audio.isEmpty ? "none" : audio.joined(separator: ", "))",
      failure.map { "cannot be played: \($0)" } ?? "plays",
    ]
  }
}

extension Double {
  /// With three digits behind the point at most, and none that say nothing.
  var shortText: String {
    let thousandths = (self * 1000).rounded()
    guard thousandths.isFinite, thousandths.magnitude < 1e15 else { return "\(self)" }
    var digits = String(Int(thousandths.magnitude))
    digits = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    var fraction = digits.suffix(3)
    while fraction.last == "0" { fraction.removeLast() }
    return (self < 0 ? "-" : "") + digits.dropLast(3) + (fraction.isEmpty ? "" : "." + fraction)
  }
}

extension MediaError {
  var exitCode: ExitCode {
    switch self {
    case .cannotOpen, .notThere, .isFolder, .notRegularFile: .noInput
    default: .badMedia
    }
  }
}
