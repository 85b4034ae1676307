import FFmpeg
import Foundation
import Media
import Testing

/// Clips that the `ffmpeg` binary makes, once each, in a folder that goes away with the process.
enum Clip {
  struct Failure: Error { var arguments: [String] }

  /// `ffmpeg <arguments> <name>` in the temporary folder; gives the clip's path.
  static func make(_ name: String, _ arguments: String) throws -> String {
    let path = TemporaryFolder.shared.path(name)
    try run(["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments.split(separator: " ").map(String.init) + [path])
    return path
  }

  /// The standard output of a program.
  @discardableResult
  static func run(_ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    return [UInt8](data)
  }

  /// The values that ffprobe prints for `fields` of the first stream.
  static func probe(_ path: String, _ fields: String) throws -> String {
    let output = try run(
      ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=\(fields)", "-of", "csv=p=0", path])
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

final class TemporaryFolder: Sendable {
  static let shared = TemporaryFolder()

  private let url: URL

  private init() {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-ffmpeg-\(getpid())")
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    atexit { TemporaryFolder.shared.remove() }
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  private func remove() { try? FileManager.default.removeItem(at: url) }
}

/// Files that others made, beside the package; the tests that use them are left out where there are none.
enum SharedMedia {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/media").path

  static var exists: Bool { FileManager.default.fileExists(atPath: folder + "/made/compass.mp4") }

  static func path(_ name: String) -> String { "\(folder)/\(name)" }
}

/// What came of decoding a whole file.
struct Decoded {
  var frames: [VideoFrame] = []
  var errors: [MediaError] = []

  /// Decodes until the end, past what is damaged, keeping at most `limit` pictures.
  init(
    _ path: String, threads: Int = 2, limit: Int = .max, skipNonReference: Bool = false
  ) throws(MediaError) {
    let demuxer = try Demuxer(url: MediaLocation(path), access: MediaAccess(formats: .all))
    guard let video = demuxer.video else { throw .noVideo }
    var decoder = try Decoder(stream: video, threads: threads)
    decoder.skipNonReference = skipNonReference
    let packet = Packet()
    var isOpen = true
    while isOpen, frames.count < limit {
      do throws(MediaError) {
        isOpen = try demuxer.readPacket(packet)
        if isOpen { try decoder.send(packet) } else { try decoder.sendEnd() }
      } catch {
        errors.append(error)
        guard case .damaged = error else { return }
      }
      receive(from: &decoder)
    }
  }

  private mutating func receive(from decoder: inout Decoder) {
    do throws(MediaError) {
      while let frame = try decoder.receive() { frames.append(frame) }
    } catch {
      errors.append(error)
    }
  }
}

extension VideoFrame {
  /// The samples, plane after plane without padding: what `ffmpeg -f rawvideo` writes.
  var samples: [UInt8] {
    withPicture { picture in
      let bytes = picture.layout.bytesPerSample
      let chroma = picture.chromaSize
      func rows(_ plane: PlanarPicture.Plane, _ width: Int, _ height: Int) -> [UInt8] {
        (0..<height).flatMap { row in
          [UInt8](UnsafeRawBufferPointer(start: plane.base + row * plane.stride, count: width * bytes))
        }
      }
      return rows(picture.luma, picture.size.width, picture.size.height)
        + rows(picture.cb, chroma.width, chroma.height) + rows(picture.cr, chroma.width, chroma.height)
    }
  }

  /// An 8-bit 4:2:0 picture of one colour.
  static func plain(
    _ luma: UInt8, _ cb: UInt8, _ cr: UInt8, size: VideoSize, colour: ColourDescription = .bt709
  ) throws -> VideoFrame {
    let frame = try VideoFrame.make(size: size, colour: colour)
    frame.withMutablePicture { picture in
      for (plane, value, size) in [
        (picture.luma, luma, picture.size), (picture.cb, cb, picture.chromaSize), (picture.cr, cr, picture.chromaSize),
      ] {
        for row in 0..<size.height {
          (plane.base + row * plane.stride).initializeMemory(as: UInt8.self, repeating: value, count: size.width)
        }
      }
    }
    return frame
  }
}
