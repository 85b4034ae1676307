import Foundation
import Testing

extension WholeApplianceTests {
  /// WHEP players of other people: each offers what its users have it offer, and decodes a picture.
  @Suite struct PlayersTests {
    private static let tree = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private static func path(_ name: String) -> String { tree.appending(path: name).path }

    /// What players offer, in the order of the sections.
    private static let offers = ["video", "audio,video", "video,audio", "audio,video,data", "data,video,audio"]

    /// Has the player join with each offer, all at once, and gives what it wrote for each.
    ///
    /// - Parameter program: takes the URL, the sections and the file to write to.
    private func play(
      _ server: CupolaProcess, with program: [String], launcher: [String] = []
    ) async throws -> [String: Data] {
      let folder = try TemporaryFolder()
      let players = Self.offers.map { offer in
        SupervisedProcess(
          program + [server.url + "whep/right", offer, folder[offer]], launcher: launcher,
          errors: folder["\(offer).log"], limit: .seconds(40))
      }
      var written: [String: Data] = [:]
      for (offer, player) in zip(Self.offers, players) {
        let ending = await player.ended.value
        let log = (try? String(contentsOfFile: folder["\(offer).log"], encoding: .utf8)) ?? "no log"
        #expect(ending.exit == .code(0), "\(offer): \(ending.output)\(log)")
        written[offer] = try? Data(contentsOf: URL(filePath: folder[offer]))
      }
      return written
    }

    /// The colour of the test card's face, left below its number, in raw RGB of 640x360 that looks straight at it.
    private func colour(of picture: Data) -> [Int] {
      guard picture.count == 640 * 360 * 3 else { return [] }
      let (left, top) = (166, 326)
      return (0..<3).map { channel in
        let patch = (-2...2).flatMap { y in
          (-2...2).map { x in Int(picture[((top + y) * 640 + left + x) * 3 + channel]) }
        }
        return patch.reduce(0, +) / patch.count
      }
    }

    /// That of the face to the right.
    private func isRight(_ colour: [Int]) -> Bool {
      colour.count == 3 && zip(colour, [0, 160, 0]).allSatisfy { abs($0 - $1) < 48 }
    }

    @Test func `aiortc decodes the preset, whatever it offers besides`() async throws {
      let server = try await CupolaProcess.start()
      let python = Self.path(".build/python/bin/python")
      for (offer, picture) in try await play(server, with: [python, Self.path("Tests/Players/whep-aiortc.py")]) {
        let colour = colour(of: picture)
        #expect(isRight(colour), "\(offer): \(colour)")
      }
    }

    /// It leaves loopback addresses alone, so it needs a network.
    @Test(.enabled(if: NetworkNamespace.isAllowed, "needs root"))
    func `GStreamer decodes the preset, whatever it offers besides`() async throws {
      let network = try await NetworkNamespace()
      try network.ip("link set lo up")
      try network.ip("link add lan type veth peer name cable")
      try network.ip("address add 10.77.1.1/24 dev lan")
      for link in ["lan", "cable"] { try network.ip("link set \(link) up") }
      let server = try await CupolaProcess.start(host: "0.0.0.0", launcher: network.launcher)
      let program = ["/usr/bin/python3", Self.path("Tests/Players/whep-gstreamer.py")]
      for (offer, picture) in try await play(server, with: program, launcher: network.launcher) {
        let colour = colour(of: picture)
        #expect(isRight(colour), "\(offer): \(colour)")
      }
    }

    @Test func `Pion gets H264 that ffmpeg decodes, whatever it offers besides`() async throws {
      let server = try await CupolaProcess.start()
      let folder = try TemporaryFolder()
      for (offer, stream) in try await play(server, with: [Self.path(".build/players/whep-pion")]) {
        let file = try folder.write(stream, to: "stream.h264")
        let arguments = ["-v", "error", "-f", "h264", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-y"]
        let decoder = SupervisedProcess(
          ["/usr/bin/env", "ffmpeg", "-nostdin"] + arguments + [folder["pictures"]], errors: folder["log"],
          limit: .seconds(20))
        #expect(await decoder.ended.value.exit == .code(0))
        let complaints = try String(contentsOfFile: folder["log"], encoding: .utf8)
        #expect(complaints.isEmpty, "\(offer): \(complaints)")
        let pictures = try Data(contentsOf: URL(filePath: folder["pictures"]))
        let colour = colour(of: Data(pictures.suffix(640 * 360 * 3)))
        #expect(pictures.count >= 20 * 640 * 360 * 3 && isRight(colour), "\(offer): \(pictures.count) \(colour)")
      }
    }
  }
}
