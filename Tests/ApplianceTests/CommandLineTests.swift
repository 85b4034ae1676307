import Foundation
import Testing

extension WholeApplianceTests {
  @Suite struct CommandLineTests {
    private struct Outcome {
      var status: Int32
      var output: String
      var errors: String
    }

    /// Runs the program to its end.
    private func cupola(_ arguments: [String]) async throws -> Outcome {
      let folder = try TemporaryFolder()
      let process = SupervisedProcess(
        [CupolaProcess.program] + arguments, errors: folder["errors"], limit: .seconds(30))
      let ending = await process.ended.value
      guard case .code(let status) = ending.exit else {
        throw CupolaProcess.Failure(description: "cupola \(arguments) was killed")
      }
      let errors = (try? String(contentsOfFile: folder["errors"], encoding: .utf8)) ?? ""
      return Outcome(status: status, output: ending.output, errors: errors)
    }

    @Test(arguments: [
      [], ["run"], ["check"], ["probe"], ["snapshot"], ["pin"], ["operators"], ["operators", "revoke"],
    ])
    func `every verb explains itself`(verb: [String]) async throws {
      let outcome = try await cupola(verb + ["--help"])
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("OVERVIEW") && outcome.output.contains("USAGE"))
    }

    @Test func `a broken configuration is told by file, line and key, all of it at once`() async throws {
      let folder = try TemporaryFolder()
      let file = try folder.write(
        """
        server:
          viewers: 0
        presets:
          - {number: 0, name: front, fov: 300}
        vidoe: {}

        """, to: "cupola.yaml")
      for verb in ["check", "run"] {
        let outcome = try await cupola([verb, "--config", file])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("\(file):2:12: server.viewers: 0"))
        #expect(outcome.errors.contains("\(file):4:"))
        #expect(outcome.errors.contains("presets[0].fov: 300 is out of range (10 to 150 degrees)"))
        #expect(outcome.errors.contains("\(file):5:1: vidoe"))
        #expect(outcome.errors.contains("video"))
      }
      let noYAML = try folder.write("server: [", to: "broken.yaml")
      let outcome = try await cupola(["check", "--config", noYAML])
      #expect(outcome.status == 78 && outcome.errors.contains("broken.yaml:"))
    }

    @Test func `a configuration that is not there is no input`() async throws {
      let outcome = try await cupola(["check", "--config", "/nonexistent/cupola.yaml"])
      #expect(outcome.status == 66)
      #expect(outcome.errors == "/nonexistent/cupola.yaml: there is no such file\n")
    }

    @Test func `check looks at every item of the playlist`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 10, at: folder["b.mp4"])
      try folder.write("", to: "a.mp4")
      let file = try folder.write(
        "playlist: {sources: [\"\(folder["a.mp4"])\", \"\(folder["b.mp4"])\"]}\n", to: "c.yaml")
      let outcome = try await cupola(["check", "--config", file])
      #expect(outcome.status == 65)
      #expect(outcome.output.contains("skipped  a.mp4: the file is empty"))
      #expect(outcome.output.contains("plays    b.mp4: h264, 1280x640, "))
      #expect(outcome.output.contains("1 of 2 items play."))
    }

    @Test func `probe tells codec, size, rate, duration and projection`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 30, at: folder["card.mp4"])
      let outcome = try await cupola(["probe", folder["card.mp4"]])
      #expect(outcome.status == 0)
      for part in ["h264", "1280x640", "30 frames a second", "duration    1 s", "equirectangular", "plays"] {
        #expect(outcome.output.contains(part), "\(part) in\n\(outcome.output)")
      }
      #expect(try await cupola(["probe", "/nonexistent.mp4"]).status == 66)
      #expect(try await cupola(["probe", folder.write("no film", to: "text.mp4")]).status == 65)
    }

    @Test func `snapshot writes what a preset shows`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 10, at: folder["card.mp4"])
      // No test depends on what this machine has in /etc.
      let own = ["--config", try folder.write("{}\n", to: "cupola.yaml")]
      for (preset, colour) in [("front", [192, 0, 0]), ("3", [192, 192, 0]), ("up", [0, 192, 192])] {
        let file = folder["\(preset).png"]
        let outcome = try await cupola(
          ["snapshot", folder["card.mp4"], "--preset", preset, "--at", "0.2", "-o", file] + own)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let pixels = try Self.pixels(of: file)
        #expect(pixels.count == 1280 * 720 * 3)
        // Where the browser tests look for the face's colour, too.
        let (x, y) = (Int(640 + 0.479 * 640), Int(360 + 0.458 * 640))
        let pixel = pixels[(y * 1280 + x) * 3..<(y * 1280 + x + 1) * 3].map(Int.init)
        #expect(zip(pixel, colour).allSatisfy { abs($0 - $1) < 24 }, "\(preset): \(pixel)")
      }
      // Any other view, of what it is said to be.
      let looks: [([String], [Int])] = [
        (["--yaw", "-90", "--projection", "equirectangular", "--size", "640x360"], [192, 192, 0]),
        (["--heading", "-90", "--projection", "equirectangular", "--size", "640x360"], [192, 192, 0]),
        (
          [
            "--kind", "stereographic", "--pitch", "90", "--fov", "90", "--projection", "equirectangular", "--size",
            "640x360",
          ],
          [0, 192, 192]
        ),
      ]
      for (look, colour) in looks {
        let file = folder["look.png"]
        let outcome = try await cupola(["snapshot", folder["card.mp4"], "-o", file] + look + own)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let pixels = try Self.pixels(of: file)
        #expect(pixels.count == 640 * 360 * 3)
        let at = (Int(180 + 0.458 * 320) * 640 + Int(320 + 0.479 * 320)) * 3
        #expect(zip(pixels[at..<at + 3].map(Int.init), colour).allSatisfy { abs($0 - $1) < 30 }, "\(look)")
      }
      let wrong = try await cupola(
        ["snapshot", folder["card.mp4"], "--projection", "round", "-o", folder["n.png"]] + own)
      #expect(wrong.status == 64 && wrong.errors.contains("the projection round is unknown; allowed are"))
      let probed = try await cupola(
        ["probe", "--json", folder["card.mp4"], "--projection", "eac", "--stereo", "top-bottom", "--eye", "right"] + own
      )
      #expect(probed.status == 0)
      for words in [
        #""projection":"eac""#, #""stereo":"top-bottom""#, #""eye":"right""#, #""origin":"override""#,
        #""confidence":1"#,
      ] { #expect(probed.output.contains(words), "\(probed.output)") }
      let unknown = try await cupola(
        ["snapshot", folder["card.mp4"], "--preset", "nowhere", "-o", folder["n.png"]] + own)
      #expect(unknown.status == 64)
      #expect(unknown.errors.contains("there is no preset \"nowhere\""))
    }

    @Test func `a port in use is named`() async throws {
      let server = try await CupolaProcess.start()
      let folder = try TemporaryFolder()
      let file = try folder.write("state: {directory: \"\(folder["state"])\"}\n", to: "cupola.yaml")
      let web = try await cupola([
        "run", "--config", file, "--http", "127.0.0.1:\(server.ports.http)", "--webrtc", "127.0.0.1:0",
      ])
      #expect(web.status == 69)
      #expect(web.errors.contains("port \(server.ports.http) is in use by another program"))
      let media = try await cupola([
        "run", "--config", file, "--http", "127.0.0.1:0", "--webrtc", "127.0.0.1:\(server.ports.media)",
      ])
      #expect(media.status == 69)
      #expect(media.errors.contains("\(server.ports.media)"))
    }

    /// The pixels of a picture as red, green, blue.
    private static func pixels(of file: String) throws -> [UInt8] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["ffmpeg", "-v", "error", "-nostdin", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return [UInt8](data)
    }
  }
}
