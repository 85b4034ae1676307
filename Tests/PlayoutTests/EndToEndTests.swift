import Foundation
import Media
import Playout
import SphericalVideo
import Testing
import Threads

@Suite struct EndToEndTests {
  @Test func `the test card becomes an H.264 stream that ffprobe reads`() throws {
    let clock = VirtualClock()
    let configuration = PlayerConfiguration(sources: [], testCardSize: VideoSize(width: 768, height: 384))
    var environment = Player.Environment.live(configuration, clock: clock)
    environment.run = { work in
      work()
      return true
    }
    let player = Player(configuration: configuration, environment: environment)
    let encoded = Monitor([EncodedFrame]())
    let rendition = Rendition(size: VideoSize(width: 640, height: 360), bitrate: 1_000_000)
    let channel = PresetChannel(
      view: PresetView(preset: CameraPreset.defaults[1], size: rendition.size, tables: RemapTableCache()),
      rendition: rendition
    ) { frame in encoded.update { $0.append(frame) } }
    player.attach(channel)
    player.start()
    channel.wake()
    clock.run(to: 2, threads: 2)
    player.stop()
    channel.close()
    let frames = encoded.withLock { $0 }
    #expect(frames.count >= 59 && frames.count <= 62)
    #expect(frames.first?.isKeyFrame == true)
    #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })

    let path = TestClips.folder + "/end-to-end.h264"
    try Data(frames.flatMap(\.data)).write(to: URL(fileURLWithPath: path))
    let report = try probe(MediaLocation(path))
    #expect(report.codec == "h264")
    #expect(report.size == VideoSize(width: 640, height: 360))
    #expect(report.failure == nil)
    let probed = try ffprobe(path)
    #expect(probed.contains("codec_name=h264"))
    #expect(probed.contains("profile=Constrained Baseline"))
    #expect(probed.contains("color_space=bt709"))
    #expect(probed.contains("nb_read_frames=\(frames.count)"))
  }

  private func ffprobe(_ path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/ffprobe")
    process.arguments = ["-v", "error", "-count_frames", "-show_streams", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
