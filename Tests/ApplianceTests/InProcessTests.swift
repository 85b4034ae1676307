import Appliance
import CupolaConfiguration
import Foundation
import Logging
import Testing
import WebServer

extension WholeApplianceTests {
  /// The appliance in this process, asked through its routes; media over real sockets.
  @Suite struct InProcessTests {
    /// An appliance that plays its test card while `body` runs.
    ///
    /// Each loopback address counts as a machine of its own.
    private func withAppliance(
      viewers: Int = 100, encoders: Int = 16, _ body: (TestedAppliance) async throws -> Void
    ) async throws {
      let folder = try TemporaryFolder()
      var configuration = ApplianceConfiguration()
      configuration.server.webRTC = .init(host: "127.0.0.1", port: 0)
      configuration.server.viewers = viewers
      configuration.playlist.sources = []
      configuration.operator.pin = CupolaProcess.pin
      configuration.stateDirectory = folder.path
      (configuration.video.width, configuration.video.height) = (320, 180)
      configuration.video.encoders = .count(encoders)
      let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let appliance = try Appliance(
        configuration: configuration, log: log,
        sourceOf: { if case .v4(let bits) = $0 { .address(bits) } else { .loopback } })
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await appliance.run() }
        let tested = TestedAppliance(appliance: appliance)
        // A first picture has been encoded, which takes a while without optimisation.
        try #require(try await tested.isAsleep())
        try await body(tested)
        group.cancelAll()
      }
    }

    @Test func `a peer joins, sees frames in order, is switched on the same stream, and leaves`() async throws {
      try await withAppliance { appliance in
        let player = try LoopbackPlayer(seed: 1)
        let answer = try await appliance.join("programme", player.offer)
        #expect(answer.status == 201)
        try player.accept(String(decoding: answer.body, as: UTF8.self))
        #expect(player.run { $0.frames.count >= 10 })
        #expect(player.frames.first?.isKeyFrame == true)
        #expect(try await appliance.state().viewers == 1)
        let source = player.source

        let seen = player.frames.count
        let switched = try await appliance.ask(.put, "/api/v1/programme", body: #"{"preset":2}"#)
        #expect(switched.status == 200)
        #expect(player.run { $0.frames[seen...].contains { $0.isKeyFrame } && $0.frames.count >= seen + 10 })
        #expect(player.source == source)
        let times = player.frames.map(\.timestamp)
        #expect(zip(times, times.dropFirst()).allSatisfy { Int32(bitPattern: $1 &- $0) > 0 })
        let numbers = player.frames.map(\.lastSequenceNumber)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })

        let location = try #require(answer.headers["Location"])
        let session = String(location.split(separator: "/").last ?? "")
        let left = try await appliance.ask(
          .delete, "/whep/session/{session}", parameters: ["session": session], body: "")
        #expect(left.status == 200)
        #expect(player.run { $0.closed != nil })
        #expect(try await appliance.state().viewers == 0)
      }
    }

    @Test func `the programme is the programme, also where a preset is called so`() async throws {
      try await withAppliance { appliance in
        #expect(try await appliance.isAsleep())
        let preset = #"{"name":"programme","yaw":10,"pitch":0,"roll":0,"fov":90}"#
        let put = try await appliance.ask(.put, "/api/v1/presets/{number}", parameters: ["number": "9"], body: preset)
        #expect(put.status == 200)
        for (name, awake) in [("programme", 0), ("9", 9)] {
          let player = try LoopbackPlayer(seed: UInt64(awake + 50))
          let answer = try await appliance.join(name, player.offer)
          try player.accept(String(decoding: answer.body, as: UTF8.self))
          #expect(player.run { $0.frames.count >= 1 })
          #expect(try await appliance.awakePresets() == [awake])
          player.close()
          #expect(try await appliance.isLeft())
        }
      }
    }

    @Test func `a preset nobody watches sleeps, and its viewers share it`() async throws {
      try await withAppliance { appliance in
        #expect(try await appliance.isAsleep())
        let players = try (1...3).map { try LoopbackPlayer(seed: $0) }
        for player in players {
          let answer = try await appliance.join("left", player.offer)
          try player.accept(String(decoding: answer.body, as: UTF8.self))
          #expect(player.run { $0.frames.count >= 3 })
        }
        #expect(try await appliance.awakePresets() == [3])
        for player in players { player.close() }
        #expect(try await appliance.isLeft())
        #expect(try await appliance.isAsleep())
      }
    }

    @Test func `the description of the API says what the routes answer, all of it and no more`() async throws {
      struct Description: Decodable { var paths: [String: [String: Operation]] }
      struct Operation: Decodable {}
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("web/api/v1/openapi.json")
      let description = try JSONDecoder().decode(Description.self, from: try Data(contentsOf: path))
      let told = Set(description.paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
      try await withAppliance { appliance in
        let answered = appliance.appliance.routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(answered).count == answered.count)
        #expect(Set(answered).symmetricDifference(told) == [])
      }
    }

    @Test func `everyone is told when it stops`() async throws {
      let player = try LoopbackPlayer(seed: 4)
      try await withAppliance { appliance in
        let answer = try await appliance.join("front", player.offer)
        try player.accept(String(decoding: answer.body, as: UTF8.self))
        #expect(player.run { $0.frames.count >= 3 })
      }
      #expect(player.run { $0.closed != nil })
    }

    @Test func `an offer of more than 16 KB is refused before it is read`() async throws {
      try await withAppliance { appliance in
        let player = try LoopbackPlayer(seed: 7)
        let line = "a=x:" + String(repeating: "y", count: 1000) + "\r\n"
        let long = player.offer + String(repeating: line, count: 16)
        let error = await #expect(throws: APIError.self) { try await appliance.join("front", long) }
        #expect(error?.status == 413 && error?.code == "badOffer")
        #expect(try await appliance.join("front", player.offer + line).status == 201)
      }
    }

    @Test func `a place is free again when a viewer has gone`() async throws {
      try await withAppliance(viewers: 1) { appliance in
        let (first, second) = (try LoopbackPlayer(seed: 5), try LoopbackPlayer(seed: 6))
        let answer = try await appliance.join("front", first.offer)
        try first.accept(String(decoding: answer.body, as: UTF8.self))
        #expect(first.run { $0.frames.count >= 1 })
        let error = await #expect(throws: APIError.self) { try await appliance.join("front", second.offer) }
        #expect(error?.status == 503 && error?.code == "viewerLimit")
        first.close()
        #expect(try await appliance.isLeft())
        #expect(try await appliance.join("front", second.offer).status == 201)
      }
    }

    @Test func `an offer that nobody comes for has nothing encoded`() async throws {
      try await withAppliance { appliance in
        #expect(try await appliance.isAsleep())
        for number in 0..<6 {
          let player = try LoopbackPlayer(seed: UInt64(20 + number))
          #expect(try await appliance.join("\(number)", player.offer).status == 201)
        }
        #expect(try await appliance.awakePresets().isEmpty)
        #expect(try await appliance.state().viewers == 0)
        let player = try LoopbackPlayer(seed: 30)
        try player.accept(String(decoding: try await appliance.join("up", player.offer).body, as: UTF8.self))
        #expect(player.run { $0.frames.count >= 2 })
        #expect(try await appliance.awakePresets() == [4])
        #expect(try await appliance.state().viewers == 1)
      }
    }

    @Test func `offers without an end from one machine keep nobody else out`() async throws {
      try await withAppliance(viewers: 4) { appliance in
        let attacker = try LoopbackPlayer(seed: 40)
        func attack(_ count: Int) async throws {
          for _ in 0..<count { _ = try? await appliance.join("front", attacker.offer, from: 66) }
        }
        try await attack(100)
        for machine in 2...4 {
          let player = try LoopbackPlayer(seed: UInt64(40 + machine))
          let answer = try await appliance.join("front", player.offer, from: machine)
          #expect(answer.status == 201)
          // Between offer and connection they come too.
          try await attack(100)
          try player.accept(String(decoding: answer.body, as: UTF8.self))
          #expect(player.run { $0.frames.count >= 3 })
          try await attack(100)
          #expect(player.run { $0.frames.count >= 6 })
          #expect(try await appliance.state().viewers == machine - 1)
        }
      }
    }

    @Test func `the greediest machine makes room for another one`() async throws {
      try await withAppliance(viewers: 3) { appliance in
        let greedy = try (0..<3).map { try LoopbackPlayer(seed: UInt64(50 + $0)) }
        for player in greedy {
          try player.accept(
            String(decoding: try await appliance.join("front", player.offer, from: 66).body, as: UTF8.self))
          #expect(player.run { $0.frames.count >= 1 })
        }
        // Nobody has to go for what is no offer.
        await #expect(throws: APIError.self) { try await appliance.join("front", "v=0\r\n", from: 2) }
        #expect(try await appliance.state().viewers == 3)
        let late = try LoopbackPlayer(seed: 60)
        try late.accept(String(decoding: try await appliance.join("front", late.offer, from: 2).body, as: UTF8.self))
        #expect(late.run { $0.frames.count >= 3 })
        #expect(greedy[0].run { $0.closed != nil })
        #expect(greedy[2].run { $0.frames.count >= 5 } && greedy[2].closed == nil)
      }
    }

    @Test func `one stream too many is the nearest one, and the right one when there is room`() async throws {
      try await withAppliance(encoders: 2) { appliance in
        func watch(_ preset: String, seed: UInt64) async throws -> (LoopbackPlayer, APIResponse) {
          let player = try LoopbackPlayer(seed: seed)
          let answer = try await appliance.join(preset, player.offer)
          try player.accept(String(decoding: answer.body, as: UTF8.self))
          #expect(player.run { $0.frames.count >= 3 })
          return (player, answer)
        }
        #expect(try await appliance.isAsleep())
        // The programme shows the front; a place is kept for it.
        let (first, own) = try await watch("right", seed: 70)
        #expect(own.headers["Cupola-Preset"] == nil)
        let (second, other) = try await watch("left", seed: 71)
        #expect(other.headers["Cupola-Preset"] == "1; reason=encoderLimit")
        #expect(try await appliance.awakePresets() == [1])
        let (_, third) = try await watch("programme", seed: 72)
        #expect(third.headers["Cupola-Preset"] == nil)
        #expect(try await appliance.hasAwake([0, 1]))
        let seen = second.frames.count
        first.close()
        #expect(second.run { $0.frames[seen...].contains(where: \.isKeyFrame) })
        #expect(try await appliance.hasAwake([0, 3]))
      }
    }
  }
}

/// An appliance as its web server sees it.
private struct TestedAppliance {
  let appliance: Appliance

  func ask(
    _ method: HTTPMethod, _ path: String, parameters: [String: String] = [:], body: String = "",
    from host: String = "127.0.0.1"
  ) async throws -> APIResponse {
    let route = try #require(appliance.routes.first { $0.method == method && $0.path == path })
    return try await route.handler(
      APIRequest(
        method: method, path: path, parameters: parameters,
        headers: ["Authorization": "Bearer \(CupolaProcess.pin)", "Content-Type": "application/sdp"],
        body: Array(body.utf8), remoteAddress: RemoteAddress(host: host, port: 1)))
  }

  /// - Parameter machine: who offers, by the last number of its address.
  func join(_ preset: String, _ offer: String, from machine: Int = 1) async throws -> APIResponse {
    try await ask(.post, "/whep/{preset}", parameters: ["preset": preset], body: offer, from: "127.0.0.\(machine)")
  }

  func state() async throws -> ReportedState {
    try JSONDecoder().decode(ReportedState.self, from: Data(try await ask(.get, "/api/v1/state").body))
  }

  /// Waits until what the appliance makes known is as wanted; the test's time limit is the limit.
  func becomes(_ isWanted: () async throws -> Bool) async throws -> Bool {
    for await _ in appliance.publications() {
      if try await isWanted() { return true }
    }
    return false
  }

  /// Whether everyone who said goodbye is gone.
  func isLeft() async throws -> Bool { try await becomes { try await state().viewers == 0 } }

  func awakePresets() async throws -> [Int] {
    struct Report: Decodable {
      struct Health: Decodable { var awakePresets: [Int] }
      var health: Health
    }
    return try JSONDecoder().decode(Report.self, from: Data(try await ask(.get, "/healthz").body)).health.awakePresets
  }

  /// Whether a first picture has been encoded, for which the programme's preset is awake, and every preset sleeps.
  func isAsleep() async throws -> Bool {
    let hasStarted = try await becomes {
      String(decoding: try await ask(.get, "/metrics").body, as: UTF8.self).contains("cupola_start_picture_seconds")
    }
    guard hasStarted else { return false }
    return try await hasAwake([])
  }

  /// Whether just these are.
  func hasAwake(_ presets: [Int]) async throws -> Bool { try await becomes { try await awakePresets() == presets } }
}
