import CSurface
import Dispatch
import FFmpeg
import Foundation
import Media
import Playout
import SphericalVideo
import Synchronization
import VATestDriver

/// What a graphics device's pictures cost this side of its driver, on the tests' driver, whose own time is counted apart.
enum HardwareBench {
  static func run(_ clip: String) throws -> [BenchRow] {
    let status = NSTemporaryDirectory() + "cupola-bench-driver-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: status) }
    return [try copy(clip, status), try pipeline(clip, status), try fallback()]
  }

  /// A device that has proved itself, and then opens displays by `open`.
  private static func hardware(
    encodes: Bool = false, open: @escaping @Sendable (_ isProof: Bool) throws -> VAAPIDevice
  ) throws -> HardwareAcceleration {
    let isProof = Mutex(true)
    let hardware = HardwareAcceleration(
      .init(device: .path("the tests' driver"), encodes: encodes),
      now: { MediaTime(nanoseconds: Int64(ProcessInfo.processInfo.systemUptime * 1e9)) },
      open: { (path) throws(HardwareProblem) in
        guard let device = try? open(isProof.withLock { $0 }) else {
          throw .noDriver(path: path, reason: "make -C Tests/VADriver")
        }
        return device
      })
    guard hardware.prove().devices.contains(where: \.isUsable) else { throw BenchError("the driver proves nothing") }
    isProof.withLock { $0 = false }
    return hardware
  }

  /// A 4K NV12 picture from its surface into the pool, mapping and all, against memcpy of as many bytes.
  private static func copy(_ clip: String, _ status: String) throws -> BenchRow {
    let device = try VATestDriver.open(status: status)
    let rows = 1920 + 960
    let memory = (0..<4).map { _ in UnsafeMutablePointer<UInt8>.allocate(capacity: 3840 * rows + 64) }
    defer { memory.forEach { $0.deallocate() } }
    for block in memory { memset(block, 1, 3840 * rows) }
    var (ours, peers): ([Double], [Double]) = ([], [])
    var held: [VideoFrame] = []
    let demuxer = try Demuxer(url: MediaLocation(clip))
    guard let video = demuxer.video else { throw BenchError("\(clip) has no video") }
    var decoder = try Decoder(stream: video, hardware: device)
    let packet = Packet()
    while ours.count < 100, try demuxer.readPacket(packet) {
      try decoder.send(packet)
      while true {
        let begin = ProcessorTime.ofThisThread
        guard let frame = try decoder.receive() else { break }
        ours.append((ProcessorTime.ofThisThread - begin) * 1000)
        // As in the player, three pictures are held, so each is copied into memory that is out of the cache.
        held.append(frame)
        if held.count > 3 { held.removeFirst() }
        let turn = ours.count % 2 * 2
        let start = ProcessorTime.ofThisThread
        memcpy(memory[turn], memory[turn + 1], 3840 * rows)
        peers.append((ProcessorTime.ofThisThread - start) * 1000)
      }
    }
    let (our, peer) = (Array(ours.dropFirst(10)).median, Array(peers.dropFirst(10)).median)
    return BenchRow(
      name: "surface copy, 4K NV12", figure: "\(our.text(2)) ms",
      peer: "memcpy of the same bytes \(peer.text(2)) ms: \((our / peer).text(2)) of it", reach: "≤ 1.30",
      isReached: our / peer <= 1.3)
  }

  /// The player and three preset channels on a 4K file, less the driver's decoding, against copying, projecting and
  /// encoding alone.
  private static func pipeline(_ clip: String, _ status: String) throws -> BenchRow {
    let hardware = try hardware { _ in try VATestDriver.open(status: status) }
    func decoding() throws -> Double { Double(try VATestDriver.counters(at: status)["cpu-decoding"] ?? 0) / 1e9 }
    var (ours, floors): ([Double], [Double]) = ([], [])
    for _ in 0..<3 {
      floors.append(try secondsPerFloorFrame(clip) * 1000)
      ours.append(try MediaBench.secondsPerPlayedFrame(clip, hardware: hardware, apart: decoding) * 1000)
      Progress.say(
        "copy + 3 projections + 3 encodes \((floors.last ?? 0).text(1)) ms, Cupola \((ours.last ?? 0).text(1)) ms")
    }
    let (our, floor) = (ours.median, floors.median)
    return BenchRow(
      name: "hardware pipeline, 4K, 3 presets, CPU a frame", figure: "\(our.text(1)) ms",
      peer: "copy + projections + encodes \(floor.text(1)) ms: \((our / floor).text(2)) of it", reach: "≤ 1.15",
      isReached: our / floor <= 1.15)
  }

  /// From a picture that the device refuses to the next one from software, as far as can be from the last key frame.
  private static func fallback() throws -> BenchRow {
    let refused = 285
    let clip = try BenchClip.withOneKeyFrame()
    var pauses: [Double] = []
    for _ in 0..<3 {
      let source = try MediaFileSource(
        url: MediaLocation(clip),
        hardware: try hardware { isProof in
          try VATestDriver.open(faults: isProof ? "" : "decode-error-from \(refused)")
        })
      var pictures = 0
      var (last, isOver) = (Date(), false)
      while !isOver {
        guard case .frame(let frame) = try source.step() else { continue }
        isOver = frame.decoder?.name == DecoderStatus.software
        if isOver { pauses.append(Date().timeIntervalSince(last)) }
        last = Date()
        pictures += 1
      }
      guard pictures > refused - 20 else { throw BenchError("only \(pictures) pictures came from the device") }
      Progress.say("the device refuses picture \(refused): \(((pauses.last ?? .nan) * 1000).text(0)) ms")
    }
    return BenchRow(
      name: "device fails 9.5 s after a key frame, 4K",
      figure: "\((pauses.median * 1000).text(0)) ms to the next picture",
      peer: "software begins \(refused) pictures before, on \(Decoder.defaultThreads) threads", reach: "≤ 1 s",
      isReached: pauses.median <= 1)
  }

  /// The whole program plays an item of two pictures over and over: each time a file, a decoder and its surfaces.
  static func reopenings() throws -> [BenchRow] {
    let wanted = 10_000
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cupola-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let status = folder.appendingPathComponent("driver").path
    let server = try CupolaServer(
      media: try BenchClip.twoPictures(), in: folder, video: "{framerate: 60}", hardware: "{device: /dev/null}",
      environment: try VATestDriver.environment(status: status))
    defer { server.stop() }
    func contexts() -> Int { (try? VATestDriver.counters(at: status)["contexts-made"]) ?? 0 }
    // What comes before is proof and warming up.
    let (begin, patience) = (wanted / 10, Date(timeIntervalSinceNow: 1800))
    // Memory goes up and down with the holes in the heap, which are given back every few seconds.
    var (memory, descriptors): ([Double], [Double]) = ([], [])
    while contexts() < wanted + begin {
      guard Date() < patience else { throw BenchError("only \(contexts()) reopenings in half an hour") }
      // By itself it would rest in between, with nobody watching.
      _ = try LoopbackHTTP.request("POST", "/api/v1/playlist/next", port: server.port, bearer: "482913")
      Thread.sleep(forTimeInterval: 0.02)
      guard contexts() >= begin else { continue }
      memory.append(server.residentBytes / 1e6)
      if memory.count % 20 == 1 { descriptors.append(try server.metric("process_open_fds")) }
    }
    let open = try VATestDriver.counters(at: status)["contexts-open"] ?? 0
    let (memoryFirst, memoryLast) = memory.medianOfFirstAndLastFifth
    let (filesFirst, filesLast) = descriptors.medianOfFirstAndLastFifth
    let growth = (memoryLast / memoryFirst - 1) * 100
    return [
      BenchRow(
        name: "\(wanted) reopenings: memory", figure: "\(memoryLast.text(1)) MB",
        peer: "first fifth \(memoryFirst.text(1)) MB: \(growth.text(2)) %", reach: "flat (< 2 %)", isReached: growth < 2
      ),
      BenchRow(
        name: "the same: descriptors", figure: "\(filesLast.text(0))",
        peer: "first fifth \(filesFirst.text(0)); \(open) contexts of the driver open", reach: "flat",
        isReached: filesLast <= filesFirst + 2),
    ]
  }

  /// What has to be done in any case, at the same pace and as much side by side.
  private static func secondsPerFloorFrame(_ clip: String) throws -> Double {
    let device = try VATestDriver.open()
    var sources: [VideoFrame] = []
    try MediaBench.forEachFrame(of: clip, hardware: device) { frame in
      sources.append(frame)
      return sources.count < 60
    }
    guard let first = sources.first, first.isFromDevice else { throw BenchError("nothing came from the device") }
    let pool = try VideoFramePool(size: first.size, layout: .nv12, colour: first.colour)
    let workers = try MediaBench.presetYaws.map { yaw in
      try Worker(table: MediaBench.table(for: first, yaw: yaw), colour: first.colour)
    }
    let encoded = Tally()
    let frames = 300
    let (begin, start) = (ProcessorTime.ofThisProcess, Date())
    for number in 0..<frames {
      Thread.sleep(until: start.addingTimeInterval(Double(number) / 30))
      // Forth and back, so that the picture moves but never jumps.
      let turn = number % (2 * (sources.count - 1))
      let source = sources[turn < sources.count ? turn : 2 * (sources.count - 1) - turn]
      let copy = pool.makeFrame()
      source.withPicture { source in
        copy.withMutablePicture { copy in
          memcpy(copy.luma.base, source.luma.base, source.luma.stride * source.size.height)
          memcpy(copy.cb.base, source.cb.base, source.cb.stride * source.chromaSize.height)
        }
      }
      for worker in workers { worker.take(copy, number: number) { encoded.add() } }
    }
    try encoded.wait(for: workers.count * frames)
    return (ProcessorTime.ofThisProcess - begin) / Double(frames)
  }

  /// A preset without anything around it.
  ///
  /// `@unchecked Sendable`: after `init` everything is touched on `queue` only.
  private final class Worker: @unchecked Sendable {
    private let queue = DispatchQueue(label: "preset")
    private let table: RemapTable
    private let target: VideoFrame
    private var encoder: Encoder

    init(table: RemapTable, colour: ColourDescription) throws {
      guard let rate = Rational(30, 1) else { throw BenchError("30 is no rate") }
      self.table = table
      target = try VideoFrame.make(size: MediaBench.size, colour: colour)
      encoder = try Encoder(
        EncoderConfiguration(codec: .h264, size: MediaBench.size, framerate: rate, bitrate: 4_000_000, colour: colour))
    }

    func take(_ frame: VideoFrame, number: Int, _ done: @escaping @Sendable () -> Void) {
      queue.async { [self] in
        MediaBench.project(frame, through: table, into: target)
        _ = try? encoder.encode(target, time: MediaTime(nanoseconds: Int64(number) * 33_333_333))
        done()
      }
    }
  }
}
