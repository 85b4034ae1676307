import Media
import Foundation
import Playout
import Testing

@Suite struct PlaylistTests {
  @Test func `order is as people count`() {
    let names = ["clip 10", "Clip 2", "clip 1", "b", "A", "clip 02", "clip"]
    #expect(
      names.sorted(by: NaturalOrder.precedes) == ["A", "b", "clip", "clip 1", "Clip 2", "clip 02", "clip 10"]
        || names.sorted(by: NaturalOrder.precedes) == ["A", "b", "clip", "clip 1", "clip 02", "Clip 2", "clip 10"])
  }

  @Test func `a folder gives its films, those of its folders too, and nothing else`() throws {
    let folder = try TemporaryFolder()
    for name in ["b 10.mp4", "b 9.mp4", "notes.txt", ".hidden.mp4", "C.WEBM", "a/x.mkv", "a/.trash/y.mkv"] {
      try folder.write(name, "x")
    }
    let items = Playlist(PlaylistSources(names: [MediaLocation(folder.path)])).items
    #expect(items.map(\.name) == ["x.mkv", "b 9.mp4", "b 10.mp4", "C.WEBM"])
    #expect(items.first?.url == MediaLocation(folder.path + "/a/x.mkv"))
  }

  @Test func `files, addresses and what does not exist stay as they are named, but for what need not be there`() {
    let sources: [MediaLocation] = [
      "/nowhere/film.mp4", "/nowhere/folder", "/nowhere/stick", "http://host/path/live.mp4?key=1",
    ]
    let items = Playlist(PlaylistSources(names: sources, optional: ["/nowhere/stick"])).items
    #expect(items.map(\.name) == ["film.mp4", "folder", "live.mp4"])
    #expect(items.map(\.url) == ["/nowhere/film.mp4", "/nowhere/folder", "http://host/path/live.mp4?key=1"])
  }

  @Test func `what need not be there is played when it is`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.mp4", "x")
    #expect(
      Playlist(PlaylistSources(names: [MediaLocation(folder.path)], optional: [MediaLocation(folder.path)])).items.map(
        \.name) == ["a.mp4"])
  }

  @Test func `a list names films beside it, elsewhere and on the net`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "show.m3u",
      "\u{FEFF}#EXTM3U\r\n#EXTINF:12,The first, of two\r\none.mp4\r\n\r\n# a word\n/abs/two.mp4\nhttp://h/3.mp4\n")
    let items = Playlist(PlaylistSources(names: [MediaLocation(folder.path + "/show.m3u")])).items
    #expect(items.map(\.name) == ["The first, of two", "two.mp4", "3.mp4"])
    #expect(items.map(\.url) == [MediaLocation(folder.path + "/one.mp4"), "/abs/two.mp4", "http://h/3.mp4"])
  }

  @Test func `an HLS stream is one item`() throws {
    let folder = try TemporaryFolder()
    try folder.write("live.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsegment1.ts\n")
    #expect(
      Playlist(PlaylistSources(names: [MediaLocation(folder.path + "/live.m3u8")])).items.map(\.name) == ["live.m3u8"])
  }

  @Test func `a playlist has an end`() {
    let text = String(repeating: "a.mp4\n", count: Playlist.maximumCount + 5)
    #expect(M3U.entries(of: Array(text.utf8))?.count == Playlist.maximumCount)
  }
}

/// A folder that is gone when its owner is.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "cupola-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func copy(_ file: String, as name: String) throws {
    try FileManager.default.copyItem(atPath: file, toPath: path + "/" + name)
  }
}
