import Foundation
import Media

/// The `ffmpeg` program as an oracle.
enum ReferenceDecoder {
  struct Failure: Error { let status: Int32 }

  /// Runs `ffmpeg` and gives back what it wrote to its output.
  static func run(_ arguments: [String], input: UnsafeRawBufferPointer? = nil) throws -> Data {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, target) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
    if let input { try Data(input).write(to: source) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments.map { $0 == "IN" ? source.path : $0 } + [target.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return try Data(contentsOf: target)
  }

  /// A picture filtered to another size.
  static func filter(_ picture: OwnedPicture, _ filter: String, to size: VideoSize) throws -> OwnedPicture {
    let data = try run(
      [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "\(picture.view.size)", "-i", "IN", "-vf", filter, "-f",
        "rawvideo", "-pix_fmt", "yuv420p",
      ], input: UnsafeRawBufferPointer(picture.bytes))
    return self.picture(data, size)
  }

  /// Frame `index` of a file.
  static func frame(_ index: Int, of file: URL, size: VideoSize) throws -> OwnedPicture {
    let data = try run([
      "-i", file.path, "-map", "0:v:0", "-vf", "select=eq(n\\,\(index))", "-frames:v", "1", "-f", "rawvideo",
      "-pix_fmt",
      "yuv420p",
    ])
    return picture(data, size)
  }

  private static func picture(_ data: Data, _ size: VideoSize) -> OwnedPicture {
    let result = OwnedPicture(.yuv420p, size)
    precondition(data.count == result.bytes.count, "ffmpeg wrote \(data.count) bytes instead of \(result.bytes.count)")
    data.copyBytes(to: result.bytes)
    return result
  }

  /// The `v360` filter that looks out of a panorama.
  static func view(yaw: Double, pitch: Double, roll: Double, fieldOfView: Double, size: VideoSize) -> String {
    let half = tan(fieldOfView * .pi / 360) * Double(size.height) / Double(size.width)
    return "v360=e:flat:yaw=\(yaw):pitch=\(pitch):roll=\(roll):h_fov=\(fieldOfView):v_fov=\(atan(half) * 360 / .pi)"
      + ":w=\(size.width):h=\(size.height):interp=linear"
  }

  /// A file of the test media that may stand beside the package.
  static func media(_ name: String) -> URL? {
    let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = package.appendingPathComponent("../shared/media/\(name)").standardizedFileURL
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }
}
