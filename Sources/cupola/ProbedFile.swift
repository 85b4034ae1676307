import Foundation
import Media
import Playout

/// What `cupola probe --json` says of a file: an object in one line.
struct ProbedFile: Encodable {
  var file: String
  /// What its picture is taken for; nil when it cannot be played.
  var projection: ShapeName?
  var stereo: StereoLayout?
  var eye: Eye?
  var origin: ShapeOrigin?
  var confidence: Double?
  /// In words.
  var description: String?
  var container: String?
  var codec: String?
  var width: Int?
  var height: Int?
  /// Seconds; nil when it is unknown or there is no end.
  var duration: Double?
  var framerate: Double?
  var pixelFormat: String?
  /// Why it cannot be played.
  var failure: String?

  init(_ file: MediaLocation, failure: String?) {
    self.file = "\(PrintableLocation(file))"
    self.failure = failure
  }

  init(_ file: MediaLocation, _ report: MediaReport) {
    self.init(file, failure: report.failure)
    let shape = report.shape
    (projection, stereo, eye) = (shape.projection, shape.stereo, shape.eye)
    (origin, confidence) = (shape.origin, shape.confidence)
    description = report.projection
    (container, codec, pixelFormat) = (report.format, report.codec, report.pixelFormat)
    (width, height) = (report.size.width, report.size.height)
    duration = report.duration?.seconds
    framerate = report.framerate
  }

  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
