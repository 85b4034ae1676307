import ColourModels
import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo

/// A chart of patches of colours that are known, written in any pixel format, and read where it is shown.
enum ColourChart {
  static let patch = 32
  static let (columns, rows) = (8, 4)
  static let size = VideoSize(width: columns * patch, height: rows * patch)

  /// R′G′B′, 0…1.
  static let colours: [[Double]] = [
    [0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 1],
    [0.1, 0.1, 0.1], [0.25, 0.25, 0.25], [0.5, 0.5, 0.5], [0.75, 0.75, 0.75], [0.9, 0.7, 0.6], [0.6, 0.4, 0.3],
    [0.3, 0.5, 0.2], [0.2, 0.3, 0.7], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5], [0.5, 0.5, 0], [0, 0.5, 0.5],
    [0.5, 0, 0.5], [1, 0.5, 0], [0, 1, 0.5], [0.5, 0, 1], [0.8, 0.2, 0.2], [0.2, 0.8, 0.2], [0.2, 0.2, 0.8],
    [0.95, 0.95, 0.9], [0.05, 0.05, 0.1], [0.7, 0.7, 1], [1, 0.9, 0.8],
  ]

  static func colour(x: Int, y: Int) -> [Double] { colours[y / patch * columns + x / patch] }

  /// Its bytes, plane after plane; a plane has every `across`th and `down`th sample of what `components` says of a place.
  static func raw(
    planes: [(across: Int, down: Int)], bits: Int, _ components: (_ plane: Int, _ x: Int, _ y: Int) -> [Double]
  ) -> Data {
    var data = Data()
    for (plane, step) in planes.enumerated() {
      for y in stride(from: 0, to: size.height, by: step.down) {
        for x in stride(from: 0, to: size.width, by: step.across) {
          for value in components(plane, x, y) {
            let code = Int(min(max(value.rounded(), 0), Double(1 << bits - 1)))
            data.append(UInt8(code & 0xFF))
            if bits > 8 { data.append(UInt8(code >> 8)) }
          }
        }
      }
    }
    return data
  }

  /// Writes raw pictures to a file by ffmpeg.
  static func file(_ name: String, format: String, _ data: Data, _ options: String) throws -> String {
    let raw = TestClips.folder + "/\(name).raw"
    try data.write(to: URL(fileURLWithPath: raw))
    defer { try? FileManager.default.removeItem(atPath: raw) }
    let output = TestClips.folder + "/" + name
    TestClips.run(
      ["-f", "rawvideo", "-pix_fmt", format, "-s", size.description, "-r", "25", "-i", raw]
        + options.split(separator: " ").map(String.init) + [output])
    return output
  }

  /// The frame of a file as it is projected, and what a flat view of it shows.
  static func shown(_ file: String) throws -> (frame: VideoFrame, view: Picture) {
    guard let found = try MediaFileSource(url: MediaLocation(file)).nextFrame(), let layout = found.frame.layout else {
      throw MediaError.noVideo
    }
    let flat = Flat(aspectRatio: Double(size.width) / Double(size.height))
    let view = SourceView(
      region: PictureRegion(x: 0, y: 0, size: found.frame.size),
      geometry: SourceGeometry(size: found.frame.size, layout: layout, projection: flat))
    let picture = PresetView(preset: CameraPreset.defaults[0], size: size, tables: RemapTableCache())
      .picture(of: TimedFrame(frame: found.frame, time: .zero, view: view))
    return (found.frame, picture)
  }

  /// The greatest difference of a patch from its colour, in codes of 8 bits; `expected` says what a colour should have become.
  static func worst(
    _ picture: PlanarPicture, _ colour: ColourDescription, _ expected: ([Double]) -> [Double] = { $0 }
  ) -> Double {
    let bits = picture.layout.bytesPerSample == 1 ? 8 : 10
    let model = SignalModel(colour, bits: bits)
    func sample(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Double {
      let row = plane.base + y * plane.stride
      return bits == 8
        ? Double(row.load(fromByteOffset: x, as: UInt8.self)) : Double(row.load(fromByteOffset: 2 * x, as: UInt16.self))
    }
    var worst = 0.0
    for (index, original) in colours.enumerated() {
      let (x, y) = ((index % columns) * patch + patch / 2, index / columns * patch + patch / 2)
      let got = [sample(picture.luma, x, y), sample(picture.cb, x / 2, y / 2), sample(picture.cr, x / 2, y / 2)]
      for (one, other) in zip(got, model.codes(expected(original))) {
        worst = max(worst, (one - other).magnitude / Double(1 << (bits - 8)))
      }
    }
    return worst
  }
}
