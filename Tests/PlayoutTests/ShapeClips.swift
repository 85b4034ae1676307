import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo
import Testing
import TestCardFilm

/// Clips of the test card in every shape, made by ffmpeg's `v360` or, where it lacks one, by a model in floating point
/// written from the format's description; and what a view of them must show.
enum ShapeClips {
  static let frames = 4
  private static let cardSize = VideoSize(width: 1920, height: 960)

  /// The card's frames, equirectangular, raw.
  static let card: String = {
    let path = TestClips.folder + "/compass.yuv"
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = FileHandle(forWritingAtPath: path)!
    try! TestCardFilm.write(0..<frames, size: cardSize, to: file)
    try! file.close()
    return path
  }()

  /// Arguments that read the card.
  static var input: [String] {
    ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", cardSize.description, "-r", "10", "-i", card]
  }

  static let coding = "-c:v libx264 -preset ultrafast -crf 8 -g 2 -pix_fmt yuv420p".split(separator: " ").map(
    String.init)

  /// The card through filters; `[in]` is it, `[out]` what is coded.
  static func make(_ name: String, filter: String) -> String {
    let path = TestClips.folder + "/" + name
    guard !FileManager.default.fileExists(atPath: path) else { return path }
    TestClips.run(input + ["-filter_complex", "[0:v]\(filter)[out]", "-map", "[out]"] + coding + [path])
    return path
  }

  /// Tracks of one size whose pictures a model paints.
  ///
  /// - Parameters:
  ///   - rates: frames a second of each track.
  ///   - counts: how many each has.
  ///   - extra: arguments of ffmpeg's for the file.
  ///   - model: what a place of a track's picture, in luma samples, shows: a unit vector (right, up, backward); nil: black.
  static func make(
    _ name: String, size: VideoSize, rates: [Int] = [10, 10], counts: [Int] = [frames, frames],
    extra: [String] = [],
    model: (_ track: Int, _ x: Double, _ y: Double) -> Vector3?
  ) -> String {
    let path = TestClips.folder + "/" + name
    guard !FileManager.default.fileExists(atPath: path) else { return path }
    let bytes = try! Data(contentsOf: URL(fileURLWithPath: card), options: .alwaysMapped)
    var arguments: [String] = []
    for track in 0..<rates.count {
      let raw = "\(path).\(track).yuv"
      _ = FileManager.default.createFile(atPath: raw, contents: nil)
      let file = FileHandle(forWritingAtPath: raw)!
      let planes = [1, 2].map { step in
        (0..<size.height / step).flatMap { row in
          (0..<size.width / step).map { column -> (x: Double, y: Double)? in
            model(track, (Double(column) + 0.5) * Double(step), (Double(row) + 0.5) * Double(step)).map(cardPoint)
          }
        }
      }
      for index in 0..<counts[track] {
        let number = min(frames - 1, index * 10 / rates[track])
        bytes.withUnsafeBytes { source in
          let card = CardPlanes(source, frame: number, size: cardSize)
          var picture = Data(planes[0].map { $0.map { card.sample(0, $0) } ?? 16 })
          for plane in 1...2 { picture += planes[1].map { $0.map { card.sample(plane, $0) } ?? 128 } }
          try! file.write(contentsOf: picture)
        }
      }
      try! file.close()
      arguments += [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size.description, "-r", "\(rates[track])", "-i", raw,
      ]
    }
    for track in 0..<rates.count { arguments += ["-map", "\(track):v"] }
    TestClips.run(arguments + coding + extra + [path])
    return path
  }

  /// Where the card shows a direction, as parts of its size.
  private static func cardPoint(_ d: Vector3) -> (x: Double, y: Double) {
    (atan2(d.x, -d.z) / (2 * .pi) + 0.5, 0.5 - asin(max(-1, min(1, d.y))) / .pi)
  }

  private struct CardPlanes {
    let bytes: UnsafeRawBufferPointer
    let size: VideoSize
    let start: Int

    init(_ bytes: UnsafeRawBufferPointer, frame: Int, size: VideoSize) {
      self.bytes = bytes
      self.size = size
      start = frame * size.width * size.height * 3 / 2
    }

    func sample(_ plane: Int, _ point: (x: Double, y: Double)) -> UInt8 {
      let step = plane == 0 ? 1 : 2
      let (width, height) = (size.width / step, size.height / step)
      let offset = start + (plane == 0 ? 0 : size.width * size.height + (plane - 1) * width * height)
      let (x, y) = (point.x * Double(width) - 0.5, point.y * Double(height) - 0.5)
      let (left, top) = (x.rounded(.down), y.rounded(.down))
      func value(_ dx: Int, _ dy: Int) -> Double {
        let column = (Int(left) + dx + width) % width
        let row = max(0, min(height - 1, Int(top) + dy))
        return Double(bytes[offset + row * width + column])
      }
      let (right, down) = (x - left, y - top)
      let upper = value(0, 0) * (1 - right) + value(1, 0) * right
      let lower = value(0, 1) * (1 - right) + value(1, 1) * right
      return UInt8((upper * (1 - down) + lower * down).rounded())
    }
  }

  /// How near what `file` shows of its frame `number` comes to the card itself, in dB, luma.
  static func decibels(
    _ file: String, shape: ShapeOverride, frame number: Int, looking orientation: Orientation, fieldOfView: Double
  ) throws -> Double {
    let preset = CameraPreset(number: 0, name: "", orientation: orientation, fieldOfView: .degrees(fieldOfView))
    let size = VideoSize(width: 480, height: 270)
    let time = MediaTime(seconds: (Double(number) + 0.5) / 10)
    let seen = try snapshot(file: MediaLocation(file), shape: shape, preset: preset, time: time, size: size)
    let lens = Rectilinear(horizontalFieldOfView: .degrees(fieldOfView), aspectRatio: 480.0 / 270)
    let turned = Posed(lens, by: orientation)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: card), options: .alwaysMapped)
    return bytes.withUnsafeBytes { source in
      let card = CardPlanes(source, frame: number, size: cardSize)
      return seen.withPicture { picture in
        var sum = 0.0
        for row in 0..<size.height {
          for column in 0..<size.width {
            let point = ImagePoint(x: (Double(column) + 0.5) / 480, y: (Double(row) + 0.5) / 270)
            let expected = Int(card.sample(0, cardPoint(turned.direction(of: point)!)))
            let found = Int(picture.luma.base.load(fromByteOffset: row * picture.luma.stride + column, as: UInt8.self))
            sum += Double((found - expected) * (found - expected))
          }
        }
        return 10 * log10(255 * 255 / max(sum / Double(size.width * size.height), 1e-3))
      }
    }
  }

  /// The number that a view straight at a side of the cube shows.
  static func number(
    _ file: String, shape: ShapeOverride, time: Double, yaw: Double, pitch: Double = 0
  ) throws -> Int? {
    let orientation = Orientation(yaw: .degrees(yaw), pitch: .degrees(pitch))
    let preset = CameraPreset(number: 0, name: "", orientation: orientation, fieldOfView: .degrees(90))
    return FrameNumberReader.number(
      in: try snapshot(
        file: MediaLocation(file), shape: shape, preset: preset, time: MediaTime(seconds: time),
        size: VideoSize(width: 480, height: 480)))
  }
}
