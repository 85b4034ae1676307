import FFmpeg
import Media
import Playout
import SphericalVideo

/// The media path alone, in this process: what decoding, projecting and encoding cost.
enum MediaBench {
  static let size = VideoSize(width: 1280, height: 720)
  static let yaws = [0.0, 90, 180]

  /// Projection of a 4K frame against `v360`, each on one thread.
  static func projection() throws -> BenchRow {
    let clip = try BenchClip.path()
    let frame = try firstFrame(of: clip)
    guard let layout = frame.layout else { throw BenchError("the clip is not 4:2:0") }
    let geometry = SourceGeometry(size: frame.size, layout: layout, projection: Equirectangular())
    let table = RemapTable(from: geometry, to: size, view: .forward, fieldOfView: .degrees(90))
    let target = try VideoFrame.make(size: size, colour: frame.colour)
    let runs = (0..<9).map { _ in
      let begin = ProcessorTime.ofThisThread
      for _ in 0..<50 {
        unsafe frame.withPicture { source in
          unsafe target.withMutablePicture { unsafe Remapper.remap(source, through: table, into: $0) }
        }
      }
      return (ProcessorTime.ofThisThread - begin) / 50 * 1000
    }
    let peers = try (0..<5).map { _ in try FFmpegPeer.secondsPerProjection(clip: clip) * 1000 }
    let (ours, peer) = (runs.median, peers.median)
    return BenchRow(
      name: "projection 4K → 720p, one thread", figure: "\(ours.text(2)) ms (\(Remapper.Kernel.best))",
      peer: "ffmpeg v360 linear \(peer.text(2)) ms: \((ours / peer).text(3)) of it", reach: "≤ 0.2",
      isReached: ours / peer <= 0.2)
  }

  /// The player and three preset channels at work on a 4K file, against one ffmpeg process that does the same, and
  /// against decoding and encoding alone.
  static func pipeline() throws -> [BenchRow] {
    let clip = try BenchClip.path()
    var (ours, floors, peers): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<3 {
      ours.append(try secondsPerPlayedFrame(clip) * 1000)
      floors.append(try (secondsPerDecodedFrame(clip) + 3 * secondsPerEncodedFrame(clip)) * 1000)
      peers.append(try FFmpegPeer.secondsPerPipelineFrame(clip: clip, frames: BenchClip.frameCount) * 1000)
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

  private static let presets = yaws.enumerated().map { index, yaw in
    CameraPreset(
      number: UInt8(index), name: "\(yaw)", orientation: Orientation(yaw: .degrees(yaw)), fieldOfView: .degrees(90))
  }

  /// Plays ten seconds at their own pace, as the appliance does, and counts every thread of the process.
  private static func secondsPerPlayedFrame(_ clip: String) throws -> Double {
    let player = Player(configuration: PlayerConfiguration(sources: [clip]))
    let tables = RemapTableCache()
    let encoded = Tally()
    let channels = presets.map { preset in
      PresetChannel(
        preset: preset, codec: .h264, configuration: ChannelConfiguration(size: size), tables: tables,
        sink: { _ in encoded.add() })
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
    try encoded.wait(for: 3 * 30)
    let (begin, first) = (ProcessorTime.ofThisProcess, encoded.count)
    try encoded.wait(for: first + 3 * BenchClip.frameCount)
    let spent = ProcessorTime.ofThisProcess - begin
    return spent / (Double(encoded.count - first) / 3)
  }

  private static func secondsPerDecodedFrame(_ clip: String) throws -> Double {
    let begin = ProcessorTime.ofThisProcess
    var frames = 0
    try forEachFrame(of: clip) { _ in
      frames += 1
      return true
    }
    return (ProcessorTime.ofThisProcess - begin) / Double(frames)
  }

  /// One encoder over a hundred pictures that were projected before.
  private static func secondsPerEncodedFrame(_ clip: String) throws -> Double {
    let projected = try projectedFrames(of: clip, count: 100)
    guard let rate = Rational(30, 1) else { throw BenchError("30 is a rate") }
    var encoder = try Encoder(
      EncoderConfiguration(
        codec: .h264, size: size, framerate: rate, bitrate: 4_000_000, keyframeInterval: 10, colour: .bt709))
    let begin = ProcessorTime.ofThisThread
    for (index, frame) in projected.enumerated() {
      _ = try encoder.encode(frame, time: MediaTime(nanoseconds: Int64(index) * 33_333_333))
    }
    return (ProcessorTime.ofThisThread - begin) / Double(projected.count)
  }

  private static func projectedFrames(of clip: String, count: Int) throws -> [VideoFrame] {
    var table: RemapTable?
    var frames: [VideoFrame] = []
    try forEachFrame(of: clip) { frame in
      guard let layout = frame.layout else { throw BenchError("the clip is not 4:2:0") }
      let used =
        table
        ?? RemapTable(
          from: SourceGeometry(size: frame.size, layout: layout, projection: Equirectangular()), to: size,
          view: .forward, fieldOfView: .degrees(90))
      table = used
      let target = try VideoFrame.make(size: size, colour: .bt709)
      unsafe frame.withPicture { source in
        unsafe target.withMutablePicture { unsafe Remapper.remap(source, through: used, into: $0) }
      }
      frames.append(target)
      return frames.count < count
    }
    return frames
  }

  private static func firstFrame(of clip: String) throws -> VideoFrame {
    var first: VideoFrame?
    try forEachFrame(of: clip) { frame in
      first = frame
      return false
    }
    guard let first else { throw BenchError("\(clip) has no picture") }
    return first
  }

  /// Decodes a clip front to back, until `body` returns false.
  private static func forEachFrame(of clip: String, _ body: (VideoFrame) throws -> Bool) throws {
    let demuxer = try Demuxer(url: clip)
    guard let video = demuxer.video else { throw BenchError("\(clip) has no video") }
    var decoder = try Decoder(stream: video)
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
