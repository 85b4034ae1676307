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
    private func withAppliance(
      viewers: Int = 100, _ body: (TestedAppliance) async throws -> Void
    ) async throws {
      let folder = try TemporaryFolder()
      var configuration = ApplianceConfiguration()
      configuration.server.webRTC = .init(host: "127.0.0.1", port: 0)
      configuration.server.viewers = viewers
      configuration.playlist.sources = []
      configuration.operator.pin = CupolaProcess.pin
      configuration.stateDirectory = folder.path
      (configuration.video.width, configuration.video.height) = (320, 180)
      let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let appliance = try Appliance(configuration: configuration, log: log)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await appliance.run() }
        try await body(TestedAppliance(appliance: appliance))
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
  }
}

/// An appliance as its web server sees it.
private struct TestedAppliance {
  let appliance: Appliance

  func ask(
    _ method: HTTPMethod, _ path: String, parameters: [String: String] = [:], body: String = ""
  ) async throws -> APIResponse {
    let route = try #require(appliance.routes.first { $0.method == method && $0.path == path })
    return try await route.handler(
      APIRequest(
        method: method, path: path, parameters: parameters,
        headers: ["Authorization": "Bearer \(CupolaProcess.pin)", "Content-Type": "application/sdp"],
        body: Array(body.utf8)))
  }

  func join(_ preset: String, _ offer: String) async throws -> APIResponse {
    try await ask(.post, "/whep/{preset}", parameters: ["preset": preset], body: offer)
  }

  func state() async throws -> ReportedState {
    try JSONDecoder().decode(ReportedState.self, from: Data(try await ask(.get, "/api/v1/state").body))
  }

  /// Whether everyone who said goodbye is gone, as soon as the goodbyes have come through the loopback interface.
  func isLeft() async throws -> Bool {
    for _ in 0..<100_000 {
      if try await state().viewers == 0 { return true }
      await Task.yield()
    }
    return false
  }

  func awakePresets() async throws -> [Int] {
    struct Report: Decodable {
      struct Health: Decodable { var awakePresets: [Int] }
      var health: Health
    }
    return try JSONDecoder().decode(Report.self, from: Data(try await ask(.get, "/healthz").body)).health.awakePresets
  }

  /// Whether every preset is; the programme's is awake until a first picture has been encoded.
  func isAsleep() async throws -> Bool {
    for _ in 0..<100_000 {
      if try await awakePresets().isEmpty { return true }
      await Task.yield()
    }
    return false
  }
}
