import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo

/// The media path alone, in this process: what decoding, projecting and encoding cost.
///
/// Ours and the peer take turns, so that a machine that is busy with something else slows both.
enum MediaBench {
  static let size = VideoSize(width: 1280, height: 720)
  private static let rounds = 5
  /// How many pictures are played in one round of `pipeline`.
  private static let playedFrames = 300

  /// Projection of a 4K frame against `v360`, each on one thread, to the four sides.
  static func projection(_ clip: String) throws -> BenchRow {
    let frame = try firstFrame(of: clip)
    var (ours, peers): ([Double], [Double]) = ([], [])
    for yaw in [0, 90, 180, -90] {
      let table = try table(for: frame, yaw: yaw)
      let target = try VideoFrame.make(size: size, colour: frame.colour)
      var (our, peer): ([Double], [Double]) = ([], [])
      for _ in 0..<rounds {
        our += (0..<3).map { _ in secondsPerProjection(of: frame, through: table, into: target) * 1000 }
        peer.append(try FFmpegPeer.secondsPerProjection(clip: clip, yaw: yaw) * 1000)
      }
      Progress.say("yaw \(yaw): \(our.median.text(2)) ms, v360 \(peer.median.text(2)) ms")
      ours.append(our.median)
      peers.append(peer.median)
    }
    let (our, peer) = (ours.reduce(0, +) / Double(ours.count), peers.reduce(0, +) / Double(peers.count))
    return BenchRow(
      name: "projection 4K → 720p, 4 sides, one thread", figure: "\(our.text(2)) ms (\(Remapper.Kernel.best))",
      peer: "ffmpeg v360 linear \(peer.text(2)) ms: \((our / peer).text(3)) of it", reach: "≤ 0.2",
      isReached: our / peer <= 0.2)
  }

  /// The player and three preset channels at work on a 4K file, against one ffmpeg process that does the same, and
  /// against decoding and encoding alone.
  static func pipeline(_ clip: String) throws -> [BenchRow] {
    var (ours, floors, peers): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<rounds {
      floors.append(try secondsPerDecodedAndEncodedFrame(clip) * 1000)
      ours.append(try secondsPerPlayedFrame(clip) * 1000)
      peers.append(
        try FFmpegPeer.secondsPerPipelineFrame(clip: clip, frames: playedFrames, yaws: presetYaws) * 1000)
      Progress.say(
        "decode + 3 encodes \((floors.last ?? 0).text(1)) ms, Cupola \((ours.last ?? 0).text(1)) ms, "
          + "ffmpeg \((peers.last ?? 0).text(1)) ms")
    }
    let (our, floor, peer) = (ours.median, floors.median, peers.median)
    return [
      BenchRow(
        name: "pipeline, 4K, 3 presets, CPU a frame", figure: "\(our.text(1)) ms",
        peer: "one ffmpeg \(peer.text(1)) ms: \((our / peer).text(2)) of it", reach: "≤ 0.75",
        isReached: our / peer <= 0.75),
      BenchRow(
        name: "the same", figure: "\(our.text(1)) ms",
        peer: "decode + 3 encodes \(floor.text(1)) ms: \((our / floor).text(2)) of it", reach: "≤ 1.20",
        isReached: our / floor <= 1.2),
    ]
  }

  static let presetYaws = [0, 90, 180]

  static func preset(yaw: Int, number: Int = 0) -> CameraPreset {
    CameraPreset(
      number: UInt8(number), name: "\(yaw)", orientation: Orientation(yaw: .degrees(Double(yaw))),
      fieldOfView: .degrees(90))
  }

  /// Three presets in H.264, each with a view of its own.
  static func secondsPerPlayedFrame(
    _ clip: String, hardware: HardwareAcceleration? = nil, apart: () throws -> Double = { 0 }
  ) throws -> Double {
    let tables = RemapTableCache()
    let views = presetYaws.enumerated().map { index, yaw in
      PresetView(preset: preset(yaw: yaw, number: index), size: size, tables: tables)
    }
    return try secondsPerPlayedFrame(
      clip, renditions: views.map { ($0, Rendition(size: size)) }, hardware: hardware, apart: apart)
  }

  /// Plays at the clip's own pace, as the appliance does, and counts every thread of the process.
  ///
  /// - Parameter apart: processor time of this process that is not to be counted.
  static func secondsPerPlayedFrame(
    _ clip: String, renditions: [(view: PresetView, rendition: Rendition)], hardware: HardwareAcceleration? = nil,
    apart: () throws -> Double = { 0 }
  ) throws -> Double {
    let player = Player(configuration: PlayerConfiguration(sources: [MediaLocation(clip)]), hardware: hardware)
    let encoded = Tally()
    let channels = renditions.map { view, rendition in
      PresetChannel(view: view, rendition: rendition, sink: { _ in encoded.add() })
    }
    for channel in channels {
      player.attach(channel)
      channel.wake()
    }
    player.start()
    defer {
      channels.forEach { $0.close() }
      player.stop()
    }
    try encoded.wait(for: channels.count * 30)
    let (begin, first, apartBefore) = (ProcessorTime.ofThisProcess, encoded.count, try apart())
    try encoded.wait(for: first + channels.count * playedFrames)
    let (end, last, apartAfter) = (ProcessorTime.ofThisProcess, encoded.count, try apart())
    if hardware != nil, player.state.decoder == DecoderStatus.software { throw BenchError("software decoded") }
    let dropped = channels.reduce(0) { $0 + $1.counters.dropped } + player.state.counters.droppedLate
    // A few are dropped at the start, while the tables are being made.
    if dropped > 9 { Progress.say("\(dropped) pictures were dropped: the machine is too busy") }
    return (end - begin - (apartAfter - apartBefore)) / (Double(last - first) / Double(channels.count))
  }

  /// What has to be done in any case, at the same pace and as much side by side: the clip decoded on one thread, and on
  /// three others pictures encoded that were projected before.
  private static func secondsPerDecodedAndEncodedFrame(_ clip: String) throws -> Double {
    let encoders = try presetYaws.map { try LoneEncoder(pictures: projected(clip, yaw: $0)) }
    let encoded = Tally()
    var frames = 0
    let (begin, start) = (ProcessorTime.ofThisProcess, Date())
    try forEachFrame(of: clip) { _ in
      Thread.sleep(until: start.addingTimeInterval(Double(frames) / 30))
      for encoder in encoders { encoder.encodeNext { encoded.add() } }
      frames += 1
      return frames < playedFrames
    }
    guard frames > 0 else { throw BenchError("\(clip) has no picture") }
    try encoded.wait(for: encoders.count * frames)
    return (ProcessorTime.ofThisProcess - begin) / Double(frames)
  }

  /// The first pictures of the clip as a preset shows them.
  private static func projected(_ clip: String, yaw: Int) throws -> [VideoFrame] {
    var through: RemapTable?
    var pictures: [VideoFrame] = []
    try forEachFrame(of: clip) { frame in
      let used = try through ?? table(for: frame, yaw: yaw)
      through = used
      let target = try VideoFrame.make(size: size, colour: .bt709)
      project(frame, through: used, into: target)
      pictures.append(target)
      return pictures.count < 60
    }
    return pictures
  }

  static func secondsPerProjection(
    of frame: VideoFrame, through table: RemapTable, into target: VideoFrame
  ) -> Double {
    let begin = ProcessorTime.ofThisThread
    for _ in 0..<50 { project(frame, through: table, into: target) }
    return (ProcessorTime.ofThisThread - begin) / 50
  }

  static func project(_ frame: VideoFrame, through table: RemapTable, into target: VideoFrame) {
    frame.withPicture { source in
      target.withMutablePicture { Remapper.remap(source, through: table, into: $0) }
    }
  }

  static func table(for frame: VideoFrame, yaw: Int) throws -> RemapTable {
    guard let layout = frame.layout else { throw BenchError("the clip is not 4:2:0") }
    return RemapTable(
      from: SourceGeometry(size: frame.size, layout: layout, projection: Equirectangular()), to: size,
      view: CameraView(orientation: Orientation(yaw: .degrees(Double(yaw)))))
  }

  static func firstFrame(of clip: String) throws -> VideoFrame {
    var first: VideoFrame?
    try forEachFrame(of: clip) { frame in
      first = frame
      return false
    }
    guard let first else { throw BenchError("\(clip) has no picture") }
    return first
  }

  /// Decodes a clip front to back, until `body` returns false.
  static func forEachFrame(
    of clip: String, hardware: VAAPIDevice? = nil, _ body: (VideoFrame) throws -> Bool
  ) throws {
    let demuxer = try Demuxer(url: MediaLocation(clip))
    guard let video = demuxer.video else { throw BenchError("\(clip) has no video") }
    // One thread, as in the player: no picture that nobody wants is decoded ahead.
    var decoder = try Decoder(stream: video, hardware: hardware, threads: 1)
    let packet = Packet()
    while true {
      if try demuxer.readPacket(packet) { try decoder.send(packet) } else { try decoder.sendEnd() }
      while let frame = try decoder.receive() {
        guard try body(frame) else { return }
      }
      if decoder.isAtEnd { return }
    }
  }
}
