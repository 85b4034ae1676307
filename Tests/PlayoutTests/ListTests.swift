import FFmpeg
import Foundation
import FuzzEntries
import Media
import Playout
import SansIO
import Testing

/// Lists as programs of all systems write them.
@Suite struct ListTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a.mp4", "sub dir/b c.mp4", "sub dir/Ünïcode/Größe.mp4", "100%.mp4", "more/d.mp4", "more/e.mp4"] {
      try folder.write(name, "x")
    }
  }

  private func items(_ list: [UInt8], as name: String = "list.m3u") throws -> [PlaylistItem] {
    try Data(list).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    return Playlist(PlaylistSources(names: [MediaLocation(folder.path + "/" + name)])).items
  }

  /// Where the items are, in the folder.
  private func places(_ list: [UInt8], as name: String = "list.m3u") throws -> [String] {
    try items(list, as: name).map { String($0.url.text.dropFirst(folder.path.count + 1)) }
  }

  private static let big = "sub dir/Ünïcode/Größe.mp4"

  @Test func `a list says what shape its films have, and a list in it too`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.mp4", "")
    try folder.write("b.mp4", "")
    try folder.write("inner.m3u", "#CUPOLA:eye=right\nb.mp4\n")
    try folder.write(
      "list.m3u",
      "#CUPOLA:projection=eac,stereo=mono, lens-fov=7000,x=y\na.mp4\n#CUPOLA: heading=90\ninner.m3u\na.mp4\n")
    let list = MediaLocation(folder.path + "/list.m3u")
    let playlist = Playlist(PlaylistSources(names: [list], shape: ShapeOverride(stereo: .topBottom)))
    #expect(
      playlist.items.map(\.shape) == [
        ShapeOverride(projection: .eac, stereo: .mono), ShapeOverride(stereo: .topBottom, eye: .right, heading: 90),
        ShapeOverride(stereo: .topBottom),
      ])
  }

  @Test(arguments: [
    ("backslashes", #"sub dir\b c.mp4"#, "sub dir/b c.mp4"), ("blanks behind", "a.mp4   \t", "a.mp4"),
    ("blanks before", "  a.mp4", "a.mp4"), ("percent-encoding", "sub%20dir/b%20c.mp4", "sub dir/b c.mp4"),
    ("both", #"sub%20dir\b%20c.mp4"#, "sub dir/b c.mp4"),
    ("encoded letters", "sub%20dir/%C3%9Cn%C3%AFcode/Gr%C3%B6%C3%9Fe.mp4", big),
    ("encoded Windows-1252", "sub%20dir/%DCn%EFcode/Gr%F6%DFe.mp4", big), ("as it stands", "100%.mp4", "100%.mp4"),
    ("a drive", #"E:\sub dir\b c.mp4"#, "sub dir/b c.mp4"),
    ("a drive in an address", "file:///E:/sub%20dir/b%20c.mp4", "sub dir/b c.mp4"),
    ("nothing", "gone%20.mp4", "gone%20.mp4"),
  ])
  func `a line means the file that is there`(kind: String, line: String, place: String) throws {
    for end in ["\n", "\r\n", "\r", ""] { #expect(try places(Array((line + end).utf8)) == [place], "\(kind)") }
  }

  @Test func `a list may be in any of the usual encodings`() throws {
    let text = "#EXTM3U\r\n#EXTINF:5,Größe\r\nsub dir\\Ünïcode\\Größe.mp4\r\na.mp4\r\n"
    let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    let windows = try #require(Windows1252.encode(text))
    let all: [[UInt8]] = [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + text.utf8, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big, windows,
    ]
    for list in all {
      #expect(try places(list) == [Self.big, "a.mp4"])
      #expect(try items(list).first?.name == "Größe")
    }
  }

  @Test func `addresses of files are paths`() throws {
    let encoded = folder.path + "/sub%20dir/b%20c.mp4"
    for line in ["file://\(encoded)", "file://localhost\(encoded)", "file:\(encoded)", "FILE://\(folder.path)/a.mp4"] {
      #expect(try places(Array(line.utf8)) == [line.hasPrefix("FILE") ? "a.mp4" : "sub dir/b c.mp4"])
    }
    #expect(try items(Array("http://h/a%20b.mp4?x=%41".utf8)).map(\.url) == ["http://h/a%20b.mp4?x=%41"])
    #expect(try items(Array("http://h/a%20b.mp4?x=%41".utf8)).map(\.name) == ["a b.mp4"])
  }

  @Test func `titles stand behind the first comma that is not in quotes`() throws {
    let list = """
      #EXTINF:-1 tvg-name="a, b" group-title="x,y",The title, with a comma
      a.mp4
      #EXTINF:12,
      a.mp4
      #EXTINF:12 an "open quote, A title
      a.mp4
      #EXTGRP:x
      a.mp4
      """
    #expect(try items(Array(list.utf8)).map(\.name) == ["The title, with a comma", "a.mp4", "A title", "a.mp4"])
  }

  @Test func `what VLC says of parts is kept`() throws {
    let list = """
      #EXTVLCOPT:start-time=1.5
      #EXTVLCOPT:stop-time=3
      #EXTVLCOPT:network-caching=1000
      a.mp4
      #EXTVLCOPT:start-time=nonsense
      a.mp4
      """
    let part = PlaylistItem.Part(start: MediaTime(seconds: 1.5), stop: MediaTime(seconds: 3))
    #expect(try items(Array(list.utf8)).map(\.part) == [part, .init()])
  }

  @Test func `only the part that is meant is played, round after round`() throws {
    let clip = NumberedClips.make(NumberedClips.kinds[0], name: "part", seconds: 4, group: 25)
    let list = TestClips.folder + "/part.m3u"
    try Data("#EXTVLCOPT:start-time=1.4\n#EXTVLCOPT:stop-time=2\n\(clip)\n".utf8).write(to: URL(fileURLWithPath: list))
    let harness = PlayerHarness([list])
    harness.clock.run(to: 1.5)
    #expect(Array(harness.recorder.bars.prefix(30)) == Array(35..<50) + Array(35..<50))
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `a list may name lists and folders, eight deep and never in circles`() throws {
    try folder.write("inner.m3u", "a.mp4\nouter.m3u\ninner.m3u\nmore\n")
    #expect(
      try places(Array("inner.m3u\n./inner.m3u\nmore".utf8), as: "outer.m3u")
        == [
          "a.mp4", "more/d.mp4", "more/e.mp4", "./a.mp4", "./more/d.mp4", "./more/e.mp4", "more/d.mp4", "more/e.mp4",
        ])
    for depth in 1...9 { try folder.write("\(depth).m3u", depth == 9 ? "a.mp4" : "\(depth + 1).m3u") }
    #expect(try places(Array("2.m3u".utf8), as: "1.m3u") == ["9.m3u"])
    #expect(try places(Array("3.m3u".utf8), as: "2.m3u") == ["a.mp4"])
  }

  @Test(.timeLimit(.minutes(1))) func `lists that name one another over and over come to an end`() throws {
    for list in 0..<8 {
      try folder.write("n\(list).m3u", (0..<10).map { _ in "n\(list + 1).m3u" }.joined(separator: "\n"))
    }
    #expect(try places(Array("n0.m3u".utf8)).count <= Playlist.maximumCount)
  }

  @Test func `a list does not list what lies outside`() throws {
    let outside = try TemporaryFolder()
    try outside.write("secret.mp4", "x")
    try outside.write("list.m3u", "secret.mp4")
    let items = try items(Array("\(outside.path)\n\(outside.path)/list.m3u\n".utf8))
    #expect(items.count == 2)
    for item in items {
      #expect(throws: MediaError.self) { try probe(item.url, access: item.access) }
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `no bytes do any harm, seed`(seed: UInt64) throws {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let text = Array("#EXTM3U\n#EXTINF:-1 a=\"b,\",T\n#EXTVLCOPT:start-time=1e9\n%C3%28\\x%\nfile:///%00\n".utf8)
    for _ in 0..<2000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes.withUnsafeBytes { fuzzM3U($0) }
    }
    let cases = try FileManager.default.contentsOfDirectory(
      at: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FuzzEntries/Cases/m3u"), includingPropertiesForKeys: nil)
    #expect(!cases.isEmpty)
    for file in cases { try [UInt8](Data(contentsOf: file)).withUnsafeBytes { fuzzM3U($0) } }
  }
}
