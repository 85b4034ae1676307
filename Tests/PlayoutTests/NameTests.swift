import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// A path is bytes, and its name for people is decoded.
@Suite struct NameTests {
  private func write(_ name: [UInt8], in folder: TemporaryFolder) throws {
    let path = MediaLocation(folder.path).appending(name)
    let file = try #require(fopen(path.systemPath!, "w"))
    fputs("x", file)
    fclose(file)
  }

  private func items(_ folder: TemporaryFolder) -> [PlaylistItem] {
    Playlist(PlaylistSources(names: [MediaLocation(folder.path)])).items
  }

  @Test func `names that look the same are two files`() throws {
    let folder = try TemporaryFolder()
    let (composed, decomposed) = (Array("caf\u{E9}.mp4".utf8), Array("cafe\u{301}.mp4".utf8))
    try write(composed, in: folder)
    try write(decomposed, in: folder)
    let items = items(folder)
    #expect(Set(items.map(\.url)).count == 2)
    #expect(items[0] != items[1])
    let playlist = Playlist(items: items)
    for (index, item) in items.enumerated() {
      #expect(ItemOpener.order(of: playlist, from: .item(item, index: 7), wraps: false).first == index)
    }
  }

  @Test func `a name that is not UTF-8 plays, and is shown as Windows would`() throws {
    let folder = try TemporaryFolder()
    let name = Array("caf".utf8) + [0xE9] + Array(".mp4".utf8)
    let path = MediaLocation(folder.path).appending(name)
    try #require(symlink(TestClips.loop, path.systemPath!) == 0)
    let item = try #require(items(folder).first)
    #expect(item.name == "café.mp4" && item.url == path)
    let harness = PlayerHarness([folder.path], readsNumbers: true)
    harness.clock.run(to: 1.5)
    #expect(Array(harness.recorder.numbers.prefix(40)) == (0..<40).map { $0 % 30 })
    #expect(harness.player.state.item?.name == "café.mp4")
    // It is found again after a restart, also by what was written down.
    let saved = try JSONDecoder().decode(MediaLocation.self, from: JSONEncoder().encode(path))
    let resumed = PlayerHarness(
      [folder.path], readsNumbers: true, resume: ResumePoint(url: saved, index: 0, position: MediaTime(seconds: 0.5)))
    resumed.clock.run(to: 0.1)
    #expect(resumed.recorder.numbers.first == 15)
  }

  @Test func `what systems keep for themselves is passed over`() throws {
    let folder = try TemporaryFolder()
    for place in [
      "$RECYCLE.BIN", ".Trashes", ".Trash-1000", "lost+found", "System Volume Information", "@eaDir", "RECYCLER",
      "#recycle", "films",
    ] { try folder.write("\(place)/a.mp4", "x") }
    try folder.write("._b.mp4", "x")
    #expect(items(folder).map(\.url) == [MediaLocation(folder.path + "/films/a.mp4")])
  }

  @Test func `a link to the folder above lists nothing twice`() throws {
    let folder = try TemporaryFolder()
    try folder.write("shows/one/film.mp4", "x")
    #expect(symlink("..", folder.path + "/shows/one/up") == 0)
    #expect(symlink("../..", folder.path + "/shows/one/top") == 0)
    #expect(items(folder).count == 1)
    let inner = Playlist(PlaylistSources(names: [MediaLocation(folder.path + "/shows/one")])).items
    #expect(inner.count == 1)
  }

  @Test func `an item that is in a list twice is resumed at its own place`() throws {
    let folder = try TemporaryFolder()
    for name in ["a.mp4", "b.mp4"] { try folder.copy(TestClips.loop, as: name) }
    try folder.write("list.m3u", "a.mp4\nb.mp4\na.mp4\n")
    let point = ResumePoint(
      url: MediaLocation(folder.path + "/a.mp4"), index: 2, position: MediaTime(seconds: 0.5))
    let harness = PlayerHarness([folder.path + "/list.m3u"], resume: point)
    harness.clock.run(to: 0.1)
    #expect(harness.player.state.index == 2)
    let item = try #require(harness.player.state.item)
    let playlist = Playlist(PlaylistSources(names: [MediaLocation(folder.path + "/list.m3u")]))
    // The nearest one, where the list is another by now.
    let orders = [0, 1, 3, 9].map { ItemOpener.order(of: playlist, from: .item(item, index: $0), wraps: false).first }
    #expect(orders == [0, 0, 2, 2])
  }
}
