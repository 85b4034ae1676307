import FFmpeg
import Foundation
import LoopbackServers
import Media
import Synchronization
import Testing

@Suite struct DemuxerTests {
  static let clip = Result {
    try Clip.make(
      "demuxer.mp4",
      "-f lavfi -i testsrc2=s=320x160:r=25:d=2 -f lavfi -i sine=d=2"
        + " -c:v libx264 -g 10 -bf 2 -preset ultrafast -c:a aac")
  }

  @Test func `describes the video of a file`() throws {
    let demuxer = try Demuxer(url: MediaLocation(Self.clip.get()))
    let found = demuxer.video
    let video = try #require(found)
    #expect(video.codecName == "h264")
    #expect(video.size == VideoSize(width: 320, height: 160))
    #expect(video.averageFrameRate == Rational(25, 1))
    #expect(video.duration == MediaTime(seconds: 2))
    #expect(video.pixelFormat == "yuv420p")
    #expect(video.bitDepth == 8)
    #expect(video.spherical == nil)
    let kinds = demuxer.tracks.map(\.kind)
    #expect(kinds == [.video, .audio])
    let format = demuxer.container.formatName
    #expect(format.contains("mp4"))
  }

  @Test func `reads packets of the video only, and then the end`() throws {
    let demuxer = try Demuxer(url: MediaLocation(Self.clip.get()))
    let packet = Packet()
    var count = 0
    while try demuxer.readPacket(packet) {
      let facts = (isKeyFrame: packet.isKeyFrame, byteCount: packet.byteCount)
      if count == 0 { #expect(facts.isKeyFrame) }
      #expect(facts.byteCount > 0)
      count += 1
    }
    #expect(count == 50)
    let isMore = try demuxer.readPacket(packet)
    #expect(!isMore)
  }

  @Test func `reads the tracks that are selected, and says which`() throws {
    var demuxer = try Demuxer(url: MediaLocation(Self.clip.get()))
    let sound = try #require(demuxer.tracks.first { $0.kind == .audio })
    #expect(sound.codecName == "aac" && sound.channels == 1 && sound.sampleRate == 44100)
    let packet = Packet()
    func count() throws -> [Int: Int] {
      var counts: [Int: Int] = [:]
      while try demuxer.readPacket(packet) { counts[packet.track, default: 0] += 1 }
      return counts
    }
    #expect(try count() == [0: 50])
    demuxer.select([0, sound.index])
    try demuxer.rewind()
    let both = try count()
    #expect(both[0] == 50 && both[sound.index] ?? 0 > 80)
  }

  @Test(arguments: ["demuxer.mp4", "rewind.mkv", "rewind.h264", "rewind.ts"])
  func `goes back to the first packet`(name: String) throws {
    var path = try Self.clip.get()
    if name != "demuxer.mp4" { path = try Clip.make(name, "-i \(path) -c:v copy -an") }
    let demuxer = try Demuxer(url: MediaLocation(path))
    let packet = Packet()
    _ = try demuxer.readPacket(packet)
    let first = [packet.pts, Int64(packet.byteCount)]
    while try demuxer.readPacket(packet) {}
    try demuxer.rewind()
    _ = try demuxer.readPacket(packet)
    let again = [packet.pts, Int64(packet.byteCount)]
    #expect(again == first)
  }

  @Test func `seeks to the key frame at or before a time`() throws {
    let demuxer = try Demuxer(url: MediaLocation(Self.clip.get()))
    let found = demuxer.video
    let video = try #require(found)
    let packet = Packet()
    try demuxer.seek(to: MediaTime(seconds: 1.1))
    _ = try demuxer.readPacket(packet)
    let (isKeyFrame, pts) = (packet.isKeyFrame, packet.pts)
    #expect(isKeyFrame)
    #expect(try video.time(of: #require(pts)) == MediaTime(seconds: 0.8))
  }

  @Test func `says why a file is no video`() throws {
    let folder = TemporaryFolder.shared
    func error(_ path: String) -> MediaError? {
      do throws(MediaError) {
        _ = try Demuxer(url: MediaLocation(path))
        return nil
      } catch {
        return error
      }
    }
    #expect(error(folder.path("missing.mp4"))?.description == "there is no such file or folder")
    #expect(error(folder.path("")) == .isFolder)
    #expect(error(try folder.write([], to: "empty.mp4")) == .empty)
    #expect(error(try folder.write(Array("just some words\n".utf8), to: "words.mp4")) == .notMedia)
    #expect(
      error("nonsense://example/video.mp4")?.description == "addresses that begin with nonsense:// are not opened here")
    let pipe = folder.path("pipe.mp4")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(error(pipe) == .notRegularFile)
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.clip.get())))
    #expect(error(try folder.write(Array(whole.prefix(whole.count / 2)), to: "half.mp4")) == .notMedia)
  }

  @Test func `finds no video in sound, with or without cover art`() throws {
    let sound = try Clip.make("sound.m4a", "-f lavfi -i sine=d=1 -c:a aac")
    let cover = try Clip.make("cover.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1")
    let covered = try Clip.make(
      "covered.m4a", "-i \(sound) -i \(cover) -map 0 -map 1 -c copy -disposition:v attached_pic")
    for path in [sound, covered] {
      let demuxer = try Demuxer(url: MediaLocation(path))
      let video = demuxer.video
      #expect(video == nil)
      do throws(MediaError) {
        _ = try demuxer.readPacket(Packet())
        Issue.record("read something")
      } catch {
        #expect(error == .noVideo)
      }
    }
  }

  @Test func `reads a path with a colon in it as a path`() throws {
    let path = TemporaryFolder.shared.path("http: not an address.mp4")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: Self.clip.get(), toPath: path)
    for url in [path, "file://" + path] {
      let video = try Demuxer(url: MediaLocation(url)).video
      #expect(video != nil)
    }
  }

  @Test func `ends a blocked open when it is interrupted`() throws {
    let server = try SilentServer()
    let questions = Atomic(0)
    #expect(throws: MediaError.interrupted) {
      _ = try Demuxer(url: MediaLocation("http://127.0.0.1:\(server.port)/video.mp4")) {
        questions.wrappingAdd(1, ordering: .relaxed).newValue > 5
      }
    }
    withExtendedLifetime(server) {}
  }
}
