import FFmpeg
import Foundation
import LoopbackServers
import Media
import Testing

/// What a file, and what an address, gets opened for it.
@Suite struct MediaDoorTests {
  private static let segment = Result {
    try Clip.make("door-segment.ts", "-f lavfi -i testsrc2=s=128x64:r=25:d=1 -c:v libx264 -g 5 -preset ultrafast")
  }

  /// A folder of its own with a segment in it, and one outside.
  private func makeFolder() throws -> URL {
    let folder = URL(fileURLWithPath: TemporaryFolder.shared.path("door-\(UUID().uuidString)"))
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("list/below"), withIntermediateDirectories: true)
    for name in ["outside.ts", "list/beside.ts", "list/below/part.ts"] {
      try FileManager.default.copyItem(
        at: URL(fileURLWithPath: try Self.segment.get()), to: folder.appendingPathComponent(name))
    }
    return folder
  }

  private func write(_ text: String, to name: String, in folder: URL) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  private func stream(_ segment: String) -> String {
    "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n\(segment)\n#EXT-X-ENDLIST\n"
  }

  private func packets(_ url: String, _ access: MediaAccess = MediaAccess()) throws(MediaError) -> Int {
    let demuxer = try Demuxer(url: MediaLocation(url), access: access)
    guard demuxer.video != nil else { return 0 }
    var count = 0
    let packet = Packet()
    while try demuxer.readPacket(packet) { count += 1 }
    return count
  }

  @Test(arguments: ["beside.ts", "below/part.ts", "./beside.ts"])
  func `an HLS stream on a disk is made of files beside it and below`(segment: String) throws {
    let folder = try makeFolder()
    #expect(try packets(write(stream(segment), to: "list/a.m3u8", in: folder)) == 25)
  }

  @Test func `and of nothing else on the disk, whatever leads there`() throws {
    let folder = try makeFolder()
    let outside = folder.appendingPathComponent("outside.ts").path
    #expect(symlink(outside, folder.appendingPathComponent("list/link.ts").path) == 0)
    #expect(mkfifo(folder.appendingPathComponent("list/pipe.ts").path, 0o600) == 0)
    #expect(symlink("/dev/zero", folder.appendingPathComponent("list/zero.ts").path) == 0)
    for segment in [outside, "file:" + outside, "file://" + outside, "../outside.ts", "link.ts", "pipe.ts", "zero.ts"] {
      let list = try write(stream(segment), to: "list/b.m3u8", in: folder)
      #expect((try? packets(list)) ?? 0 == 0, "\(segment)")
      #expect((try? packets(list, MediaAccess(formats: .all))) ?? 0 == 0, "\(segment)")
    }
  }

  @Test func `a file reaches no server`() throws {
    let folder = try makeFolder()
    let server = try SilentServer()
    let address = "127.0.0.1:\(server.port)"
    let beside = folder.appendingPathComponent("list/beside.ts").path
    let texts = [
      "a.m3u8": stream("http://\(address)/beside.ts"), "b.m3u8": stream("tcp://\(address)"),
      "c.m3u8": stream("data:video/mp2t;base64,R0AREABC8CUAAcEAAP8B/w=="),
      "d.m3u8": stream("concat:\(beside)|tcp://\(address)"),
      "key.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://\(address)/k\"\n"
        + "#EXTINF:1.0,\nbeside.ts\n#EXT-X-ENDLIST\n",
      "e.ffconcat": "ffconcat version 1.0\nfile http://\(address)/beside.ts\n",
      "f.txt": "ffconcat version 1.0\nfile beside.ts\n",
      "g.mpd": """
      <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S"
      profiles="urn:mpeg:dash:profile:full:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1"
      bandwidth="1"><BaseURL>http://\(address)/a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>
      """,
      "h.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
        + "a=rtpmap:96 H264/90000\n",
    ]
    for (name, text) in texts {
      let list = try write(text, to: "list/" + name, in: folder)
      for formats in MediaFormats.allCases {
        #expect((try? packets(list, MediaAccess(formats: formats))) ?? 0 == 0, "\(name)")
      }
    }
    #expect(server.connections == 0)
    #expect(throws: MediaError.refusedList("concat")) {
      try packets(folder.appendingPathComponent("list/f.txt").path, MediaAccess(formats: .all))
    }
    #expect(throws: MediaError.refusedList("dash")) { try packets(folder.appendingPathComponent("list/g.mpd").path) }
  }

  @Test(arguments: [
    "concat:/etc/passwd|/etc/hosts", "data:text/plain,x", "subfile,,start,0,end,9,,:file:///etc/passwd", "crypto:/a",
    "concat:file:///etc/passwd", "fd:0", "pipe:0",
  ])
  func `what only libav takes for an address is the name of a file that is not there`(url: String) {
    #expect(throws: MediaError.notThere) { try packets(url) }
  }

  @Test(arguments: ["tcp", "gopher", "ftp", "rtmp", "ipfs", "unix", "concatf", "TCP"])
  func `an address of another scheme is refused by it`(scheme: String) {
    #expect(throws: MediaError.refusedAddress(scheme: scheme.lowercased())) { try packets("\(scheme)://127.0.0.1:1/x") }
  }

  @Test func `who may not name addresses opens none, and who may only name some files opens those`() throws {
    let server = try SilentServer()
    let none = MediaAccess(schemes: [])
    for scheme in MediaAccess.allSchemes {
      #expect(throws: MediaError.refusedAddress(scheme: scheme)) {
        try packets("\(scheme)://127.0.0.1:\(server.port)/", none)
      }
    }
    #expect(server.connections == 0)
    let folder = try makeFolder()
    let access = MediaAccess(folders: [MediaLocation(folder.appendingPathComponent("list/below").path)])
    #expect(try packets(folder.appendingPathComponent("list/below/part.ts").path, access) == 25)
    #expect(throws: MediaError.outside) {
      try packets(folder.appendingPathComponent("list/beside.ts").path, access)
    }
    #expect(throws: MediaError.outside) {
      try packets("file://" + folder.appendingPathComponent("list/below/../beside.ts").path, access)
    }
  }

  @Test func `an HTTPS server needs a certificate that is its own, unless that is waived`() throws {
    let clip = try Self.segment.get()
    let server = try TLSServer(folder: URL(fileURLWithPath: clip).deletingLastPathComponent().path)
    let url = "https://127.0.0.1:\(server.port)/door-segment.ts"
    #expect(throws: MediaError.self) { try packets(url) }
    #expect(try packets(url, MediaAccess(isInsecure: true)) == 25)
    // The parts of a stream are checked like the stream itself, and waived with it.
    let list = try TemporaryFolder.shared.write(Array(stream("door-segment.ts").utf8), to: "door-tls.m3u8")
    let hls = "https://127.0.0.1:\(server.port)/" + URL(fileURLWithPath: list).lastPathComponent
    #expect(throws: MediaError.self) { try packets(hls) }
    #expect(try packets(hls, MediaAccess(isInsecure: true)) == 25)
  }

  @Test func `an RTSPS server is checked, or not asked at all`() throws {
    let server = try TLSServer(folder: "/")
    #expect(throws: MediaError.self) { try packets("rtsps://127.0.0.1:\(server.port)/x") }
    #expect(throws: MediaError.self) { try packets("RTSPS://127.0.0.1:\(server.port)/x") }
  }

  @Test func `an unusual container or codec is refused by name, and can be allowed`() throws {
    let container = try Clip.make("door.nut", "-f lavfi -i testsrc2=s=64x64:r=5:d=1 -c:v mpeg4")
    #expect(throws: MediaError.refusedFormat("nut")) { try packets(container) }
    #expect(try packets(container, MediaAccess(formats: .all)) == 5)
    #expect(MediaError.refusedFormat("nut").description.contains("playlist.formats: all"))
    let codec = try Clip.make("door.avi", "-f lavfi -i testsrc2=s=64x64:r=5:d=1 -c:v zmbv")
    #expect(throws: MediaError.refusedCodec("zmbv")) { try packets(codec) }
    #expect(try packets(codec, MediaAccess(formats: .all)) == 5)
  }

  @Test(arguments: ["door.png", "door.jpg", "door%d.jpg"])
  func `a picture is a name, not a pattern of names`(name: String) throws {
    let plain = try Clip.make(
      "door-plain" + (name.hasSuffix("png") ? ".png" : ".jpg"),
      "-f lavfi -i testsrc2=s=64x64 -frames:v 1")
    let path = TemporaryFolder.shared.path(name)
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: plain, toPath: path)
    try Data("not one".utf8).write(to: URL(fileURLWithPath: TemporaryFolder.shared.path("door1.jpg")))
    #expect(try packets(path) == 1)
  }

  @Test func `what is read is what was looked at, though its name goes to another file`() throws {
    let path = TemporaryFolder.shared.path("door-moved.ts")
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: Self.segment.get(), toPath: path)
    let demuxer = try Demuxer(url: MediaLocation(path))
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    try demuxer.rewind()
    let packet = Packet()
    var count = 0
    while try demuxer.readPacket(packet) { count += 1 }
    #expect(count == 25)
  }

  @Test func `only a regular file is read, and a list of a bounded length`() throws {
    #expect(throws: MediaError.notRegularFile) { _ = try RegularFile(path: "/dev/zero") }
    #expect(throws: MediaError.notThere) { _ = try RegularFile(path: "/dev/null\u{0}/x") }
    let path = try TemporaryFolder.shared.write(Array(repeating: 65, count: 100), to: "hundred")
    let file = try RegularFile(path: MediaLocation(path))
    #expect(file.contents(limit: 99) == nil)
    #expect(file.contents(limit: 100)?.count == 100)
    #expect(file.lies(in: MediaLocation(TemporaryFolder.shared.path(""))))
    #expect(file.lies(in: "/") && !file.lies(in: "/etc") && !file.lies(in: "/nowhere"))
  }
}

/// An HTTPS server with a certificate that it made itself, giving out the files of a folder.
final class TLSServer {
  struct Failure: Error {}

  let port: UInt16
  private let process = Process()
  private let output = Pipe()

  init(folder: String) throws {
    let (key, certificate) = (TemporaryFolder.shared.path("tls.key"), TemporaryFolder.shared.path("tls.crt"))
    if !FileManager.default.fileExists(atPath: certificate) {
      try Clip.run([
        "sh", "-c",
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout '\(key)' -out '\(certificate)' "
          + "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 2 2> /dev/null",
      ])
    }
    // Several connections at a time, each with a length: an HLS stream keeps its first one.
    let program = """
      import functools, http.server, ssl
      handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="\(folder)")
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain("\(certificate)", "\(key)")
      server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
      print("ACCEPT 127.0.0.1:%d" % server.server_address[1], flush=True)
      server.serve_forever()
      """
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = ["--pdeathsig", "KILL", "/usr/bin/python3", "-c", program]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // "ACCEPT 127.0.0.1:40123"
    var text = ""
    while !text.contains("\n") || !text.contains("ACCEPT") {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw Failure() }
      text += String(decoding: data, as: UTF8.self)
    }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
      let port = line.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw Failure() }
    self.port = port
  }

  deinit {
    // Not SIGTERM: what a thread of the pool starts has its signals blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
