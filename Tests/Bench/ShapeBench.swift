import FFmpeg
import Foundation
import Media
import SphericalVideo

/// What it costs to look out of each shape, against `v360` from the same; what its table costs; and how long it takes to
/// recognize one.
///
/// A 4K frame is taken for whatever shape: neither side cares what it shows.
enum ShapeBench {
  private static let rounds = 3

  private static let shapes: [(name: String, filter: String, projection: @Sendable (VideoSize) -> any Projection)] = [
    ("half-equirectangular", "hequirect:flat", { _ in Equirectangular(bounds: .half) }),
    ("cubemap-3x2", "c3x2:flat", { _ in Cubemap.threeByTwo() }),
    ("cubemap-6x1", "c6x1:flat", { _ in Cubemap.sixByOne() }),
    ("cubemap-1x6", "c1x6:flat", { _ in Cubemap.oneBySix() }),
    ("eac", "eac:flat", { Cubemap.equiangular(pixelsWide: $0.width, high: $0.height) }),
    (
      "fisheye", "fisheye:flat:ih_fov=180:iv_fov=180",
      { size in
        Fisheye([
          .inscribed(
            in: .whole, aspectRatio: Double(size.width) / Double(size.height), fieldOfView: .degrees(180))
        ])
      }
    ),
    (
      "dual-fisheye", "dfisheye:flat:ih_fov=190:iv_fov=190",
      { size in
        Fisheye.dual(aspectRatio: Double(size.width) / Double(size.height), fieldOfView: .degrees(190))
      }
    ),
    ("equirectangular, little planet", "e:flat", { _ in Equirectangular() }),
  ]

  static func run(_ clip: String) throws -> [BenchRow] {
    let frame = try MediaBench.firstFrame(of: clip)
    guard let layout = frame.layout else { throw BenchError("the clip is not 4:2:0") }
    var rows: [BenchRow] = []
    var slowest = (name: "", seconds: 0.0)
    for shape in shapes {
      let kind: CameraView.Kind = shape.name.contains("planet") ? .stereographic : .rectilinear
      var (ours, peers, tables): ([Double], [Double], [Double]) = ([], [], [])
      for yaw in [0, 60] {
        let geometry = SourceGeometry(size: frame.size, layout: layout, projection: shape.projection(frame.size))
        let view = CameraView(
          orientation: Orientation(yaw: .degrees(Double(yaw)), pitch: .degrees(kind == .rectilinear ? 20 : -90)),
          fieldOfView: .degrees(kind == .rectilinear ? 90 : 240), kind: kind)
        let target = try VideoFrame.make(size: MediaBench.size, colour: frame.colour)
        for _ in 0..<rounds {
          let begin = ProcessorTime.ofThisThread
          let table = RemapTable(from: geometry, to: MediaBench.size, view: view)
          tables.append(ProcessorTime.ofThisThread - begin)
          ours.append(MediaBench.secondsPerProjection(of: frame, through: table, into: target))
          peers.append(try FFmpegPeer.secondsPerProjection(clip: clip, yaw: yaw, from: shape.filter))
        }
      }
      let (our, peer, table) = (ours.median * 1000, peers.median * 1000, tables.median)
      Progress.say("\(shape.name): \(our.text(2)) ms, v360 \(peer.text(2)) ms, table \((table * 1000).text(1)) ms")
      if table > slowest.seconds { slowest = (shape.name, table) }
      rows.append(
        BenchRow(
          name: "\(shape.name) 4K → 720p, one thread", figure: "\(our.text(2)) ms",
          peer: "v360 \(peer.text(2)) ms: \((our / peer).text(3)) of it", reach: "≤ 0.2", isReached: our / peer <= 0.2))
    }
    rows.append(
      BenchRow(
        name: "slowest table of these, one core", figure: "\((slowest.seconds * 1000).text(1)) ms", peer: slowest.name,
        reach: "≤ 12 ms", isReached: slowest.seconds <= 0.012))
    rows.append(try recognition(frame))
    return rows
  }

  private static func recognition(_ frame: VideoFrame) throws -> BenchRow {
    var times: [Double] = []
    for _ in 0..<5 {
      let begin = ProcessorTime.ofThisThread
      let sketches = (0..<3).map { _ in frame.withPicture { PictureSketch($0) } }
      let found = ShapeRecognition.shape(
        of: sketches, aspectRatio: Double(frame.size.width) / Double(frame.size.height))
      guard found != nil else { throw BenchError("nothing was recognized") }
      times.append(ProcessorTime.ofThisThread - begin)
    }
    return BenchRow(
      name: "shape recognized, three 4K pictures", figure: "\((times.median * 1000).text(0)) ms", peer: "",
      reach: "≤ 150 ms", isReached: times.median <= 0.15)
  }
}
