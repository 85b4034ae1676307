import BrowserDriver
import Foundation
import Glibc
import NotifySocket
import SansIO
import Testing

extension WholeApplianceTests {
  /// The real program as systemd would run it, with a socket in systemd's place.
  @Suite struct ServiceTests {
    private func start(
      _ folder: TemporaryFolder, _ socket: NotifySocket, playing media: [String] = [],
      on ports: CupolaProcess.Ports = .any
    ) async throws -> CupolaProcess {
      try await CupolaProcess.start(
        playing: media, on: ports, in: folder,
        environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "10000000"])
    }

    @Test func `it says that it is ready, what it does, that it reads its configuration again, and that it stops`()
      async throws
    {
      let folder = try TemporaryFolder()
      let socket = NotifySocket(at: folder["notify"])
      let server = try await start(folder, socket)
      #expect(socket.wait(for: "READY=1", seconds: 10))
      #expect(
        socket.wait(for: "STATUS=showing the test card, for there is nothing to play; front; 0 viewers", seconds: 10))
      #expect(try await server.request("GET", "readyz").status == 200)
      // Ready is not said before a picture has been encoded.
      let metrics = try await server.request("GET", "metrics").text
      #expect(metrics.contains(/cupola_preset_frames_total\{preset="0",codec="h264"\} [1-9]/))

      let text = try String(contentsOfFile: folder["cupola.yaml"], encoding: .utf8)
      try folder.write(text + "presets: [{number: 4, name: sky, pitch: 90}]\n", to: "cupola.yaml")
      let before = NotifySocket.now()
      server.signal(SIGHUP)
      let order = socket.wait(seconds: 10) { messages -> [String]? in
        let fields = messages.filter { $0.time > before }.flatMap(\.fields).filter {
          $0.hasPrefix("RELOADING") || $0.hasPrefix("READY")
        }
        return fields.count == 2 ? fields : nil
      }
      #expect(order == ["RELOADING=1", "READY=1"])
      #expect(try await server.applianceState().presets.map(\.name) == ["sky"])
      #expect(
        socket.wait(for: "STATUS=showing the test card, for there is nothing to play; sky; 0 viewers", seconds: 10))

      // One that is wrong changes nothing, and is told.
      try folder.write(text + "presets: [{number: 4, name: sky, pitch: 91}]\n", to: "cupola.yaml")
      let second = NotifySocket.now()
      server.signal(SIGHUP)
      #expect(
        socket.wait(seconds: 10) { $0.contains { $0.time > second && $0.fields.contains("READY=1") } ? true : nil }
          == true)
      #expect(try await server.applianceState().presets.map(\.name) == ["sky"])
      #expect(server.log.contains("The new configuration is wrong") && server.log.contains("presets[0].pitch"))

      let ending = await server.end(by: SIGTERM)
      #expect(ending.exit == .code(0))
      #expect(socket.wait(for: "STOPPING=1", seconds: 10))
    }

    @Test func `a playlist that is read again plays from then on`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 60, at: folder["one.mp4"])
      let socket = NotifySocket(at: folder["notify"])
      let server = try await start(folder, socket)
      let text = try String(contentsOfFile: folder["cupola.yaml"], encoding: .utf8)
      try folder.write(
        text.replacingOccurrences(of: "sources: []", with: "sources: [\"\(folder["one.mp4"])\"]"), to: "cupola.yaml")
      server.signal(SIGHUP)
      #expect(socket.wait(for: "STATUS=playing one.mp4, 1 of 1; front; 0 viewers; software decode", seconds: 10))
    }

    @Test(arguments: [
      ("player", "decoder"), ("cupola-media", "media socket"), ("NIO-", "web server"), ("preset 0", "preset 0 (h264)"),
    ])
    func `a stage that hangs is named, and the watchdog asked, while all others move`(thread: String, stage: String)
      async throws
    {
      let folder = try TemporaryFolder()
      let socket = NotifySocket(at: folder["notify"])
      let server = try await start(folder, socket)
      #expect(socket.wait(for: "READY=1", seconds: 10))
      // So that the preset's stage has work to do.
      let player = try LoopbackPlayer(seed: 1)
      let answer = try await server.request(
        "POST", "whep/0", headers: ["Content-Type": "application/sdp"], body: player.offer)
      try player.accept(answer.text)
      #expect(player.run { $0.frames.count >= 10 })

      let begin = NotifySocket.now()
      let frozen = try FrozenThreads(of: try #require(server.processID), named: thread)
      #expect(frozen.count > 0)
      // The viewer goes on saying that it is there, so that the socket has work to do.
      let triggered = try #require(
        Self.watch(player) { socket.time(of: "WATCHDOG=trigger", after: begin) }, "\(server.log)")
      let seconds = Double(triggered - begin) / 1e9
      print("\(stage): restart asked for after \(seconds) s")
      #expect(seconds < 12)
      #expect(server.log.contains("The \(stage) stands still"))
      for other in ["decoder", "media socket", "web server", "preset 0 (h264)"] where other != stage {
        #expect(!server.log.contains("The \(other) stands still"))
      }
      // Fed until it was asked, never afterwards.
      #expect(!socket.messages.contains { $0.time > triggered && $0.fields.contains("WATCHDOG=1") })
      _ = consume frozen
      _ = await server.end(by: SIGKILL)
    }

    /// Lets a player run until `condition` gives something, fifteen seconds at most.
    private static func watch<Result>(_ player: LoopbackPlayer, until condition: () -> Result?) -> Result? {
      var result: Result?
      for _ in 0..<2 where result == nil {
        _ = player.run { _ in
          result = condition()
          return result != nil
        }
      }
      return result
    }

    @Test func `what rightly rests is no stall: paused, over, and with nobody watching`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 60, at: folder["one.mp4"])
      let socket = NotifySocket(at: folder["notify"])
      let server = try await start(folder, socket, playing: [folder["one.mp4"]])
      #expect(socket.wait(for: "READY=1", seconds: 10))
      #expect(try await server.operate("POST", "api/v1/transport/pause").status == 202)
      let paused = NotifySocket.now()
      // Longer than the limit of a stage that has work to do.
      let fed = socket.wait(seconds: 20) { messages -> Int? in
        let fed = messages.count { $0.time > paused && $0.fields == ["WATCHDOG=1"] }
        return fed >= 16 ? fed : nil
      }
      #expect(fed != nil && socket.time(of: "WATCHDOG=trigger") == nil)
      let health = try await server.request("GET", "healthz")
      #expect(health.status == 200)
      #expect(health.text.contains(#""stage":"decoder","state":"paused""#))
      #expect(health.text.contains(#""stage":"preset 0 (h264)","state":"nobody watches""#))
      #expect(health.text.contains(#""why":"Paused in one.mp4, 1 of 1; front; 0 viewers; software decode.""#))
    }

    @Test func `killed at random moments it is back at its item and position`() async throws {
      let folder = try TemporaryFolder()
      for name in ["a", "b", "c"] { try TestCardClip.make(frames: 900, at: folder["\(name).mp4"]) }
      let media = ["a", "b", "c"].map { folder["\($0).mp4"] }
      let seed = UInt64.random(in: 0...999)
      print("seed \(seed)")
      var random = SeededGenerator(seed: seed)
      var ports = CupolaProcess.Ports.any
      var last: (name: String, position: Double, at: Int64)?
      var waits: [Double] = []
      for round in 0..<20 {
        let socket = NotifySocket(at: folder["notify"])
        let begin = NotifySocket.now()
        let server = try await start(folder, socket, playing: media, on: ports)
        ports = server.ports
        let ready = try #require(socket.wait(seconds: 10) { $0.first { $0.fields.contains("READY=1") }?.time })
        waits.append(Double(ready - begin) / 1e9)
        let state = try await server.position()
        if let last {
          #expect(state.name == last.name, "round \(round)")
          // Where it was when it was last saved, and what has been played since the start.
          let played = Double(NotifySocket.now() - begin) / 1e9
          #expect(
            state.position > last.position - 2 && state.position < last.position + played + 1,
            "round \(round): \(state.position), was \(last.position)")
        } else {
          #expect(try await server.operate("POST", "api/v1/playlist/goto", #"{"index":1}"#).status == 202)
          #expect(socket.wait(for: "STATUS=playing b.mp4, 2 of 3; front; 0 viewers; software decode", seconds: 10))
          #expect(try await server.operate("PUT", "api/v1/programme", #"{"preset":3}"#).status == 200)
          // A second's worth of it has been saved.
          _ = socket.wait(seconds: 3) { $0.count { $0.fields == ["WATCHDOG=1"] } > 6 ? true : nil }
        }
        // A moment that the watchdog's food tells: between two and a half seconds and four and a half. Ended sooner, and
        // three times, the item would be blamed for it.
        let meals = Int.random(in: 5...9, using: &random)
        let moment = NotifySocket.now()
        _ = socket.wait(seconds: 10) { messages in
          messages.count { $0.time > moment && $0.fields == ["WATCHDOG=1"] } >= meals ? true : nil
        }
        let now = try await server.position()
        last = (now.name, now.position, NotifySocket.now())
        #expect(await server.end(by: SIGKILL).exit == .signal(SIGKILL))
        socket.close()
      }
      waits.sort()
      print("killed → ready again: median \(waits[10]) s, at most \(waits[19]) s")
      #expect(waits[10] < 2)
      let socket = NotifySocket(at: folder["notify"])
      let server = try await start(folder, socket, playing: media, on: ports)
      #expect(try await server.applianceState().programme.preset == 3)
      let metrics = try await server.request("GET", "metrics").text
      #expect(metrics.contains("cupola_restarts_total 20\n") && metrics.contains("cupola_starts_total 21\n"))
    }

    @Test func `an item that crashes it again and again at one place is skipped, and named`() async throws {
      let folder = try TemporaryFolder()
      for name in ["a", "b"] { try TestCardClip.make(frames: 300, at: folder["\(name).mp4"]) }
      let media = ["a", "b"].map { folder["\($0).mp4"] }
      var items: [String] = []
      for _ in 0..<5 {
        let socket = NotifySocket(at: folder["notify"])
        let server = try await start(folder, socket, playing: media)
        #expect(socket.wait(for: "READY=1", seconds: 10))
        let item = try #require(
          socket.wait(seconds: 10) { $0.flatMap(\.fields).first { $0.hasPrefix("STATUS=playing") } })
        items.append(String(item.dropFirst("STATUS=playing ".count).prefix(5)))
        #expect(await server.end(by: SIGSEGV).exit == .signal(SIGSEGV))
        socket.close()
      }
      #expect(items == ["a.mp4", "a.mp4", "a.mp4", "b.mp4", "b.mp4"])
      let log = try String(contentsOfFile: folder["log"], encoding: .utf8)
      #expect(log.contains("Skipped") && log.contains("Cupola ended 3 times while it began with it"))
    }

    @Test func `the metrics are what Prometheus' own parser reads`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 300, at: folder["one.mp4"])
      let server = try await CupolaProcess.start(playing: [folder["one.mp4"], folder["none.mp4"]], in: folder)
      let player = try LoopbackPlayer(seed: 2)
      let answer = try await server.request(
        "POST", "whep/1", headers: ["Content-Type": "application/sdp"], body: player.offer)
      try player.accept(answer.text)
      #expect(player.run { $0.frames.count >= 30 })
      let text = try await server.request("GET", "metrics").text
      let parsed = try #require(try TestTool.run("parse-metrics", input: text))
      var samples: [String: Double] = [:]
      for line in parsed.split(separator: "\n") {
        guard let space = line.lastIndex(of: " ") else { continue }
        samples[String(line[..<space])] = Double(line[line.index(after: space)...])
      }
      #expect(samples["gauge cupola_viewers {}"] == 1)
      #expect(samples["gauge cupola_decoder_info {kind=software}"] == 1)
      #expect(samples["gauge cupola_preset_awake {codec=h264,preset=1}"] == 1)
      for positive in [
        "counter cupola_frames_decoded_total {}", "counter cupola_decode_seconds_total {}",
        "counter cupola_preset_frames_total {codec=h264,preset=1}",
        "counter cupola_preset_seconds_total {codec=h264,preset=1}", "counter cupola_socket_frames_total {}",
        "counter cupola_datagrams_sent_total {}", "counter cupola_stage_beats_total {stage=decoder}",
        "counter cupola_stage_beats_total {stage=web server}", "gauge process_resident_memory_bytes {}",
        "gauge process_open_fds {}", "gauge cupola_disk_free_bytes {folder=\(folder["state"])}",
        "counter cupola_starts_total {}",
      ] {
        #expect((samples[positive] ?? 0) > 0, "\(positive)")
      }
      for present in [
        "gauge cupola_decoded_queue_depth {}", "gauge cupola_preset_queue_depth {codec=h264,preset=1}",
        "gauge cupola_socket_queue_depth {}", "counter cupola_frames_dropped_total {reason=late}",
        "counter cupola_preset_dropped_total {codec=h264,preset=1}", "counter cupola_frames_unsent_total {}",
        "counter cupola_datagrams_refused_total {reason=stray}", "counter cupola_restarts_total {}",
      ] {
        #expect(samples[present] != nil, "\(present)")
      }
    }
  }
}

extension CupolaProcess {
  /// The item that is on, and where it is in it.
  fileprivate func position() async throws -> (name: String, position: Double) {
    struct State: Decodable {
      struct Item: Decodable {
        var name: String
        var position: Double
      }
      var item: Item
    }
    let item = try await request("GET", "api/v1/state").decoded(State.self).item
    return (item.name, item.position)
  }
}
