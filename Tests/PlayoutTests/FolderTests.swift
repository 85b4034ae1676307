import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// Folders and lists that somebody made who means no good.
@Suite struct FolderTests {
  private func items(_ names: [String]) -> [PlaylistItem] {
    Playlist(PlaylistSources(names: names.map { MediaLocation($0) })).items
  }

  @Test(.timeLimit(.minutes(1))) func `folders that lead back to themselves are looked into once`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/film.mp4", "x")
    for number in 0..<40 { #expect(symlink(".", folder.path + "/a/ring\(number)") == 0) }
    for number in 0..<40 { #expect(symlink("..", folder.path + "/a/up\(number)") == 0) }
    #expect(items([folder.path]).map(\.name) == ["film.mp4"])
  }

  @Test func `what is no film by its name, however it ends, is a name that says why when it is opened`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path + "/pipe.mp4", 0o600) == 0)
    #expect(symlink("/dev/zero", folder.path + "/zero.mp4") == 0)
    #expect(symlink("nowhere", folder.path + "/gone.mp4") == 0)
    let items = items([folder.path])
    #expect(items.map(\.name) == ["gone.mp4", "pipe.mp4", "zero.mp4"])
    let errors = items.map { item -> MediaError? in
      do throws(MediaError) {
        _ = try probe(item.url, access: item.access)
        return nil
      } catch {
        return error
      }
    }
    #expect(errors == [.notThere, .notRegularFile, .notRegularFile])
  }

  @Test(.timeLimit(.minutes(1))) func `a list that is a pipe, endless or too long is read as none`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path + "/pipe.m3u", 0o600) == 0)
    #expect(symlink("/dev/zero", folder.path + "/zero.m3u") == 0)
    try folder.write("long.m3u", String(repeating: "a.mp4\n", count: 200_000))
    for name in ["pipe.m3u", "zero.m3u", "long.m3u"] {
      let items = items([folder.path + "/" + name])
      #expect(items.map(\.name) == [name])
      #expect(throws: MediaError.self) { try probe(items[0].url, access: items[0].access) }
    }
  }

  @Test func `a list reaches files in its own folder, below, and in folders of the configuration, and no others`()
    throws
  {
    let folder = try TemporaryFolder()
    let (inside, named, outside) = (folder.path + "/list", folder.path + "/named", folder.path + "/outside")
    for place in [inside, inside + "/below", named, outside] {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: TestClips.loop, toPath: place + "/film.mp4")
    }
    #expect(symlink(outside + "/film.mp4", inside + "/link.mp4") == 0)
    try folder.write(
      "list/show.m3u",
      """
      film.mp4
      below/film.mp4
      \(named)/film.mp4
      file://\(inside)/film.mp4
      \(outside)/film.mp4
      file://\(outside)/film.mp4
      ../outside/film.mp4
      link.mp4
      /etc/passwd
      udp://127.0.0.1:1234
      tcp://127.0.0.1:1234
      """)
    let results = items([inside + "/show.m3u", named]).dropLast().map { item -> String in
      do throws(MediaError) {
        return try probe(item.url, access: item.access).codec
      } catch {
        return "\(error)"
      }
    }
    let refused = MediaError.outside.description
    #expect(
      results == Array(repeating: "h264", count: 4) + Array(repeating: refused, count: 5)
        + ["udp", "tcp"].map { MediaError.refusedAddress(scheme: $0).description })
  }

  @Test func `what the configuration says of a source holds for what it leads to`() throws {
    let folder = try TemporaryFolder()
    try folder.write("show.m3u", "https://h/film.mp4\n")
    try folder.write("films/a.mp4", "x")
    let list = MediaLocation(folder.path + "/show.m3u")
    let names = [list, MediaLocation(folder.path + "/films"), "https://box/a", "https://box/b"]
    let items = Playlist(PlaylistSources(names: names, insecure: [list, "https://box/b"], formats: .all)).items
    #expect(items.map(\.access.isInsecure) == [true, false, false, true])
    #expect(items.allSatisfy { $0.access.formats == .all })
    #expect(items.map { $0.access.schemes.contains("udp") } == [false, true, true, true])
    #expect(items.map { $0.access.folders == nil } == [false, true, true, true])
  }
}
