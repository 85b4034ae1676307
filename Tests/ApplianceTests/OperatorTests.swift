import BrowserDriver
import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  /// Who is an operator, and what is told of it, against the running program.
  @Suite struct OperatorTests {
    private struct Added: Decodable { var id, token: String }
    private struct List: Decodable {
      struct Device: Decodable { var id, name: String }
      var operators: [Device]
    }

    private func add(_ server: CupolaProcess, name: String = "Phone") async throws -> Added {
      let answer = try await server.request(
        "POST", "api/v1/operators", body: #"{"pin":"\#(CupolaProcess.pin)","name":"\#(name)"}"#)
      #expect(answer.status == 201)
      let added: Added = try answer.decoded()
      #expect(answer.headers["location"] == "/api/v1/operators/\(added.id)")
      return added
    }

    private func pause(_ server: CupolaProcess, by bearer: String) async throws -> Answer {
      try await server.request("POST", "api/v1/transport/pause", headers: ["Authorization": bearer])
    }

    private func cupola(_ arguments: [String]) async throws -> SupervisedProcess.Ending {
      let folder = try TemporaryFolder()
      return await SupervisedProcess([CupolaProcess.program] + arguments, errors: folder["errors"], limit: .seconds(30))
        .ended.value
    }

    @Test func `a device that was right once is an operator by its token, over a restart, until it is revoked`()
      async throws
    {
      let folder = try TemporaryFolder()
      let first = try await CupolaProcess.start(in: folder)
      let phone = try await add(first)
      for scheme in ["Bearer", "bearer", "BEARER"] {
        #expect(try await pause(first, by: "\(scheme) \(phone.token)").status == 202)
      }
      let kept = try String(contentsOfFile: folder["state/operators"], encoding: .utf8)
      #expect(kept.contains(phone.id) && !kept.contains(phone.token))
      let attributes = try FileManager.default.attributesOfItem(atPath: folder["state/operators"])
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(await first.end(by: SIGTERM).exit == .code(0))

      let server = try await CupolaProcess.start(in: folder)
      #expect(try await pause(server, by: "Bearer \(phone.token)").status == 202)
      let listed: List = try await server.operate("GET", "api/v1/operators").decoded()
      #expect(listed.operators.map(\.id) == [phone.id] && listed.operators.map(\.name) == ["Phone"])
      #expect(try await server.request("GET", "api/v1/operators").status == 401)
      #expect(try await server.request("DELETE", "api/v1/operators/\(phone.id)").status == 401)
      #expect(try await server.operate("DELETE", "api/v1/operators/\(phone.id)").status == 204)
      #expect(try await server.operate("DELETE", "api/v1/operators/\(phone.id)").status == 404)
      let revoked = try await pause(server, by: "Bearer \(phone.token)")
      #expect(revoked.status == 401 && revoked.error?.code == "unknownToken")
      #expect(!(try String(contentsOfFile: folder["state/operators"], encoding: .utf8)).contains(phone.id))
      #expect(!server.log.contains(phone.token) && !first.log.contains(phone.token))
    }

    @Test func `another PIN forgets the devices, and so does a file that is damaged`() async throws {
      let folder = try TemporaryFolder()
      let first = try await CupolaProcess.start(in: folder)
      let phone = try await add(first)
      _ = await first.end(by: SIGTERM)
      let second = try await CupolaProcess.start(in: folder, pin: "7k3m-q9xa")
      #expect(second.hasLogged { $0.contains("The operator PIN has changed") })
      #expect(try await pause(second, by: "Bearer \(phone.token)").status == 401)
      #expect(try await pause(second, by: "Bearer 7K3MQ9XA").status == 202)
      _ = await second.end(by: SIGTERM)
      try folder.write("{\"version\":1,", to: "state/operators")
      let third = try await CupolaProcess.start(in: folder)
      #expect(third.hasLogged { $0.contains("The operators' devices cannot be read") })
      let next = try await add(third)
      #expect(try await pause(third, by: "Bearer \(next.token)").status == 202)
    }

    @Test func `who guesses waits, is told how long, logged and counted, and tokens are not slowed`() async throws {
      let server = try await CupolaProcess.start(pin: "7K3M-Q9XA")
      let wrong = #"{"pin":"0000-0000","name":"Mallory"}"#
      let added = try await server.request("POST", "api/v1/operators", body: #"{"pin":"7k3mq9xa"}"#)
      let token = try added.decoded(Added.self).token
      for _ in 0..<5 {
        let answer = try await server.request("POST", "api/v1/operators", body: wrong)
        #expect(answer.status == 401 && answer.error?.code == "wrongPin")
      }
      let slowed = try await server.request("POST", "api/v1/operators", body: wrong)
      #expect(slowed.status == 429 && slowed.error?.code == "rateLimited")
      let wait = try #require(slowed.headers["retry-after"].flatMap { Int($0) })
      #expect((1...10).contains(wait))
      #expect(slowed.error?.message.contains("looked at in \(wait == 1 ? "a second" : "\(wait) seconds")") == true)
      #expect(try await pause(server, by: "Bearer 7K3M-Q9XA").status == 429)
      #expect(try await pause(server, by: "Bearer \(token)").status == 202)
      #expect(server.hasLogged { $0.contains("A wrong operator PIN (device Mallory, source loopback)") })
      #expect(server.hasLogged { $0.contains("was not looked at") && $0.contains("Mallory") })
      #expect(try server.metric(#"cupola_operator_pins_total{verdict="wrong"}"#) == 5)
      #expect(try server.metric(#"cupola_operator_pins_total{verdict="not_compared"}"#) == 2)
      #expect(try server.metric(#"cupola_changes_total{what="transport"}"#) == 1)
    }

    @Test(arguments: [
      "", "{", "[]", "{}", #"{"pin":1234}"#, #"{"name":"x"}"#, "\u{0}",
    ])
    func `who sends no PIN is told so`(body: String) async throws {
      let server = try await CupolaProcess.start()
      #expect(try await server.request("POST", "api/v1/operators", body: body).status == 400)
    }

    @Test func `what others see is logged with who changed it`() async throws {
      let server = try await CupolaProcess.start()
      let phone = try await add(server, name: "Anna's phone")
      let programme = try await server.request(
        "PUT", "api/v1/programme", headers: ["Authorization": "Bearer \(phone.token)"], body: #"{"preset":2}"#)
      #expect(programme.status == 200)
      #expect(try await server.operate("DELETE", "api/v1/presets/5").status == 200)
      #expect(
        server.hasLogged { $0.contains("The programme was switched (device Anna's phone, source loopback, to 2)") })
      #expect(server.hasLogged { $0.contains("A preset was changed (device the PIN, source loopback, to none at 5)") })
    }

    @Test func `whoever joins is logged with the source, and counted`() async throws {
      let server = try await CupolaProcess.start()
      let player = try LoopbackPlayer(seed: 190)
      try player.accept(try server.answer(to: player.offer))
      #expect(server.hasLogged { $0.contains("Somebody joins (source loopback, viewer ") })
      #expect(try server.metric(#"cupola_joins_total{by="whep"}"#) == 1)
    }

    @Test func `a proxy that is configured is believed, and then each of its clients is one`() async throws {
      let guess = #"{"pin":"0000-0000"}"#
      func statuses(_ server: CupolaProcess, _ clients: [String]) async throws -> [Int] {
        var statuses: [Int] = []
        for client in clients {
          let answer = try await server.request(
            "POST", "api/v1/operators", headers: ["X-Forwarded-For": client], body: guess)
          statuses.append(answer.status)
        }
        return statuses
      }
      let trusting = try await CupolaProcess.start(server: "proxies: [127.0.0.1]", pin: "7K3M-Q9XA")
      let six = Array(repeating: "198.51.100.1", count: 6)
      #expect(
        try await statuses(trusting, six + ["198.51.100.2", "127.0.0.9"]) == [401, 401, 401, 401, 401, 429, 401, 401])
      #expect(
        trusting.hasLogged { $0.contains("source 198.51.100.2)") && $0.contains("source 127.0.0.9)") },
        "\(trusting.log)")
      let other = try await CupolaProcess.start(pin: "7K3M-Q9XA")
      #expect(try await statuses(other, (1...6).map { "198.51.100.\($0)" }) == [401, 401, 401, 401, 401, 429])
    }

    @Test func `the command line lists the devices and revokes one`() async throws {
      let folder = try TemporaryFolder()
      let server = try await CupolaProcess.start(in: folder)
      let phone = try await add(server)
      let own = ["--config", folder["cupola.yaml"], "--http", "127.0.0.1:\(server.ports.http)"]
      let listed = try await cupola(["operators"] + own)
      #expect(listed.exit == .code(0))
      #expect(
        listed.output.hasPrefix("\(phone.id)  used 2") && listed.output.hasSuffix("  Phone\n"), "\(listed.output)")
      let revoked = try await cupola(["operators", "revoke", phone.id] + own)
      #expect(revoked.exit == .code(0) && revoked.output == "\(phone.id) is no operator any more.\n")
      #expect(try await pause(server, by: "Bearer \(phone.token)").status == 401)
      #expect(try await cupola(["operators", "revoke", phone.id] + own).exit == .code(1))
      #expect(try await cupola(["operators"] + own).output == "No device has a token.\n")
      #expect(try await cupola(["operators", "revoke", "../state"] + own).exit == .code(64))
      _ = await server.end(by: SIGTERM)
      #expect(try await cupola(["operators"] + own).exit == .code(69))
    }

    @Test func `the PIN is told on a terminal and by its command, and nowhere else`() async throws {
      let folder = try TemporaryFolder()
      let server = try await CupolaProcess.start(in: folder, pin: nil)
      let file = try String(contentsOfFile: folder["state/operator-pin"], encoding: .utf8)
      let pin = file.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(pin.wholeMatch(of: /[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/) != nil, "\(pin)")
      #expect(try await cupola(["pin", "--config", folder["cupola.yaml"]]).output == file)
      #expect(try await pause(server, by: "Bearer \(pin.lowercased().replacing("-", with: ""))").status == 202)
      let ending = await server.end(by: SIGTERM)
      #expect(ending.output.contains("`cupola pin` tells the operator PIN."))
      for told in [ending.output, server.log] { #expect(!told.contains(pin)) }

      // script(1) gives it a terminal.
      let said = OneShot<Bool>()
      let terminal = SupervisedProcess(
        [
          "/usr/bin/script", "--quiet", "--return", "--command",
          "\(CupolaProcess.program) run --config \(folder["cupola.yaml"]) --http 127.0.0.1:0 --webrtc 127.0.0.1:0",
          "/dev/null",
        ], errors: folder["terminal"], limit: .seconds(30)
      ) { output in if output.contains("The operator PIN is \(pin).") { said.fulfil(true) } }
      Task {
        _ = await terminal.ended.value
        said.fulfil(false)
      }
      #expect(await said.value)
      terminal.signal(SIGTERM)
      _ = await terminal.ended.value
    }

    @Test func `a PIN of six digits that an older version made holds`() async throws {
      let folder = try TemporaryFolder()
      try FileManager.default.createDirectory(atPath: folder["state"], withIntermediateDirectories: true)
      try folder.write("048291\n", to: "state/operator-pin")
      let server = try await CupolaProcess.start(in: folder, pin: nil)
      #expect(try await pause(server, by: "Bearer 048291").status == 202)
    }

    @Test func `check tells what guessing a short PIN takes`() async throws {
      let folder = try TemporaryFolder()
      func output(_ pin: String) async throws -> String {
        let file = try folder.write(
          "operator: {pin: \"\(pin)\"}\nplaylist: {sources: [/nonexistent.mp4]}\n", to: "cupola.yaml")
        return try await cupola(["check", "--config", file]).output
      }
      let four = try await output("4711")
      #expect(four.contains("Warning: operator.pin is one of 10000. One machine that guesses all the time"))
      #expect(four.contains("many together after 365 days") && four.contains("no more than 13 wrong ones"))
      #expect(try await output("471100").contains("finds it after 58 days"))
      #expect(!(try await output("7k3mq9xa")).contains("Warning"))
    }

    @Test func `a source's user, password and token are shown nowhere`() async throws {
      let sources = [
        "rtsp://admin:s3cret@127.0.0.1:1", "http://user:t0psecret@127.0.0.1:1/live/cam.mp4?token=abcdef",
      ]
      let secrets = ["admin", "s3cret", "user:", "t0psecret", "abcdef"]
      let folder = try TemporaryFolder()
      let server = try await CupolaProcess.start(playing: sources, in: folder)
      #expect(server.hasLogged { $0.contains("Skipped (item http://127.0.0.1:1/live/cam.mp4,") })
      var told = [server.log]
      for path in ["api/v1/state", "metrics", "healthz", "readyz"] {
        told.append(try await server.request("GET", path).text)
      }
      #expect(told[1].contains(#""name":"cam.mp4""#) && told[1].contains(#""name":"127.0.0.1:1""#), "\(told[1])")
      told.append(await server.end(by: SIGTERM).output)
      for verb in [["probe"] + sources, ["check", "--config", folder["cupola.yaml"]]] {
        let errors = try TemporaryFolder()
        let process = SupervisedProcess([CupolaProcess.program] + verb, errors: errors["e"], limit: .seconds(60))
        told.append(await process.ended.value.output)
        told.append((try? String(contentsOfFile: errors["e"], encoding: .utf8)) ?? "")
        #expect(told.contains { $0.contains("127.0.0.1:1") })
      }
      for text in told { for secret in secrets { #expect(!text.contains(secret), "\(secret) in \(text)") } }
    }

    @Test(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set"))
    func
      `a page becomes operator by the PIN in any case, stays it over a reload, and loses the role when it is revoked`()
      async throws
    {
      let server = try await CupolaProcess.start(pin: "7K3M-Q9XA")
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        try await page.run("cupola.authenticate(' 7k3m q9xa ')")
        try await page.waitUntil("cupola.state().role === 'operator'")
        let stored: String = try await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
        #expect(!stored.lowercased().contains("7k3m"))
        try await page.watch(server)
        try await page.waitUntil("cupola.state().role === 'operator'")

        let bearer = ["Authorization": "Bearer 7K3MQ9XA"]
        let list: List = try await server.request("GET", "api/v1/operators", headers: bearer).decoded()
        let device = try #require(list.operators.first)
        #expect(device.name == "Chrome on Linux" && list.operators.count == 1)
        #expect(
          try await server.request("DELETE", "api/v1/operators/\(device.id)", headers: bearer).status == 204)
        try await page.waitUntil("cupola.state().role === 'viewer'")
        try await page.run("cupola.goto(2, 'programme')")
        try await page.waitUntil("document.getElementById('line').textContent.includes('PIN')")
        #expect(try await server.applianceState().programme.preset == 0)
      }
    }
  }
}
