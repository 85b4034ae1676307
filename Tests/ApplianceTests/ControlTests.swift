import BrowserDriver
import Foundation
import Testing

extension WholeApplianceTests {
  /// REST and `cupola.v1`, against the running program.
  @Suite struct ControlTests {
    @Test func `only the operator changes what others see`() async throws {
      let server = try await CupolaProcess.start()
      let programme = #"{"preset":2}"#
      let without = try await server.request("PUT", "api/v1/programme", body: programme)
      #expect(without.status == 401 && without.error?.code == "notOperator")
      #expect(without.headers["www-authenticate"] == "Bearer realm=\"cupola\"")
      let wrong = try await server.request(
        "PUT", "api/v1/programme", headers: ["Authorization": "Bearer 0000"], body: programme)
      #expect(wrong.status == 401 && wrong.error?.code == "wrongPin")
      for (method, path) in [
        ("PUT", "presets/7"), ("DELETE", "presets/1"), ("POST", "playlist/next"), ("POST", "transport/pause"),
      ] { #expect(try await server.request(method, "api/v1/\(path)", body: "{}").status == 401) }
      #expect(try await server.applianceState().programme.preset == 0)

      #expect(try await server.operate("PUT", "api/v1/programme", programme).status == 200)
      #expect(try await server.applianceState().programme.preset == 2)
    }

    @Test func `presets are set and removed, and what makes no sense is refused`() async throws {
      let server = try await CupolaProcess.start()
      let stage = #"{"name":"stage","yaw":30.5,"pitch":-5,"roll":0,"fov":80}"#
      #expect(try await server.operate("PUT", "api/v1/presets/7", stage).status == 200)
      let presets = try await server.applianceState().presets
      #expect(presets.map(\.number) == [0, 1, 2, 3, 4, 5, 7])
      #expect(presets.last == .init(number: 7, name: "stage", yaw: 30.5, pitch: -5, fov: 80))

      for body in ["", "{", "[]", "{}", #"{"name":"x","yaw":0,"pitch":0,"roll":0,"fov":300}"#, "\u{0}"] {
        let answer = try await server.operate("PUT", "api/v1/presets/8", body)
        #expect(answer.status == 400, "\(body)")
        #expect(answer.error?.code == "badMessage")
      }
      #expect(try await server.operate("PUT", "api/v1/programme", #"{"preset":99}"#).status == 404)
      #expect(try await server.operate("PUT", "api/v1/programme", #"{"preset":256}"#).status == 400)
      #expect(try await server.operate("DELETE", "api/v1/presets/99").status == 404)
      #expect(try await server.operate("DELETE", "api/v1/presets/nine").status == 404)
      #expect(try await server.operate("POST", "api/v1/transport/fly").status == 404)
      for (path, body, status, message) in [
        ("transport/seek", #"{"position":-1}"#, 400, "The field position is to be a number from 0 to 10000000."),
        ("transport/seek", #"{"position":1e999}"#, 400, "The field position is to be a number from 0 to 10000000."),
        ("transport/seek", #"{"position":"1"}"#, 400, "The field position is to be a number from 0 to 10000000."),
        ("transport/seek", #"{"position":1,"speed":2}"#, 400, "There is no field speed; there is position."),
        ("playlist/goto", #"{"index":-5}"#, 400, "The field index is to be a whole number from 0 to 999999."),
        ("playlist/goto", #"{"index":0.5}"#, 400, "The field index is to be a whole number from 0 to 999999."),
        ("playlist/goto", #"{"index":1e99}"#, 400, "The field index is to be a whole number from 0 to 999999."),
        (
          "playlist/goto", #"{"index":0,"index":0}"#, 400,
          "This is to be a JSON object in UTF-8, and a key is in it twice."
        ),
        ("playlist/goto", "{}", 400, "The field index is missing."),
        ("playlist/goto", #"{"index":0}"#, 404, "The playlist is empty."),
      ] {
        let answer = try await server.operate("POST", "api/v1/\(path)", body)
        #expect(answer.status == status && answer.error?.message == message, "\(path) \(body): \(answer.text)")
      }
      for (number, status) in [("256", 400), ("-1", 400), ("07", 400), ("+7", 400), ("7", 200), ("%37", 200)] {
        #expect(try await server.operate("PUT", "api/v1/presets/\(number)", stage).status == status, "\(number)")
      }
      let turned = #"{"name":"\u202Eegats","yaw":0,"pitch":0,"roll":0,"fov":80}"#
      #expect(try await server.operate("PUT", "api/v1/presets/9", turned).error?.message.contains("direction") == true)
      let other = #"{"number":8,"name":"x","yaw":0,"pitch":0,"roll":0,"fov":80}"#
      #expect(try await server.operate("PUT", "api/v1/presets/7", other).status == 400)
      #expect(try await server.request("TRACE", "api/v1/state").headers["allow"] == "GET, HEAD, OPTIONS")

      for number in [0, 1, 2, 3, 4, 5] {
        #expect(try await server.operate("DELETE", "api/v1/presets/\(number)").status == 200)
      }
      // What was the programme's preset is gone: the lowest that is left is.
      #expect(try await server.applianceState().programme.preset == 7)
      let last = try await server.operate("DELETE", "api/v1/presets/7")
      #expect(last.status == 409)
      #expect(last.error?.message == "The last preset cannot be removed.")
    }

    @Test func `too many wrong PINs are not looked at for a while, and it is said for how long`() async throws {
      let server = try await CupolaProcess.start()
      var answers: [Answer] = []
      for number in 0..<40 where answers.last?.status != 429 {
        answers.append(
          try await server.request(
            "PUT", "api/v1/programme", headers: ["Authorization": "Bearer 9\(100 + number)"], body: #"{"preset":2}"#))
      }
      #expect(answers.last?.status == 429 && answers.count <= 6)
      #expect(answers.last?.headers["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
      #expect(try await server.applianceState().programme.preset == 0)
    }

    @Test func `the metrics are Prometheus' text`() async throws {
      let server = try await CupolaProcess.start()
      let answer = try await server.request("GET", "metrics")
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let comment = try Regex(#"# (HELP [a-z_]+ .+|TYPE [a-z_]+ (gauge|counter))"#)
      let sample = try Regex(#"([a-z_]+)(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? -?[0-9][0-9.eE+-]*"#)
      var names: Set<String> = []
      for line in answer.text.split(separator: "\n") {
        if line.hasPrefix("#") {
          #expect(line.wholeMatch(of: comment) != nil, "\(line)")
        } else if let match = line.wholeMatch(of: sample) {
          names.insert(match.output[1].substring.map(String.init) ?? "")
        } else {
          Issue.record("no metric: \(line)")
        }
      }
      for name in ["cupola_uptime_seconds", "cupola_viewers", "cupola_test_card", "cupola_http_responses_total"] {
        #expect(names.contains(name))
      }
    }

    @Test func `it is healthy at once, and ready when there is a picture`() async throws {
      let server = try await CupolaProcess.start()
      let health = try await server.request("GET", "healthz")
      #expect(health.status == 200 && health.text.contains(#""status":"ok""#))
      let ready = try await CupolaProcess.startReady()
      #expect(try await ready.request("GET", "readyz").status == 200)
    }

    @Test(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set"))
    func `a malformed message costs an error and not the connection`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        let socket = try await ControlSocket(page, server)
        #expect(try await socket.reply(to: #"{"type":"follow","id":1}"#) == "error notJoined")
        #expect(try await socket.reply(to: #"{"type":"hello","id":2,"version":1}"#) == "welcome")
        for (message, reply) in [
          ("{", "badMessage"), ("[]", "badMessage"), (#"{"id":1}"#, "badMessage"), (#"{"type":"fly"}"#, "unknownType"),
          (#"{"type":"preset/goto"}"#, "badMessage"), (#"{"type":"preset/goto","preset":1e99}"#, "badMessage"),
          (#"{"type":"preset/goto","preset":99}"#, "unknownPreset"),
          (#"{"type":"offer","sdp":"junk"}"#, "badOffer"), (#"{"type":"hello","version":1,"pin":"0000"}"#, "wrongPin"),
        ] { #expect(try await socket.reply(to: message) == "error \(reply)", "\(message)") }
        // Whose PIN is wrong is told so, and welcome all the same.
        try await page.waitUntil("heard.filter(({ type }) => type === 'welcome').length === 2")
        #expect(try await socket.reply(to: #"{"type":"ping","id":3}"#) == "pong")
      }
    }

    @Test(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set"))
    func `the PIN makes an operator, whose changes everyone hears of`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPages(2) { pages in
        let director = try await ControlSocket(pages[0], server)
        let viewer = try await ControlSocket(pages[1], server)
        for socket in [director, viewer] {
          #expect(try await socket.reply(to: #"{"type":"hello","id":1,"version":1}"#) == "welcome")
        }
        for message in [
          #"{"type":"preset/goto","preset":1,"scope":"programme"}"#, #"{"type":"preset/remove","number":1}"#,
          #"{"type":"preset/set","preset":{"number":7,"name":"x","yaw":0,"pitch":0,"roll":0,"fov":80}}"#,
          #"{"type":"playlist/next"}"#, #"{"type":"transport/pause"}"#,
        ] { #expect(try await viewer.reply(to: message) == "error notOperator", "\(message)") }

        let hello = #"{"type":"hello","id":2,"version":1,"pin":"\#(CupolaProcess.pin)"}"#
        #expect(try await director.reply(to: hello) == "welcome")
        try await director.send(#"{"type":"preset/goto","preset":1,"scope":"programme"}"#)
        try await viewer.hears("type === 'patch' && programme?.preset === 1")
        try await director.send(
          #"{"type":"preset/set","preset":{"number":7,"name":"stage","yaw":30.5,"pitch":-5,"roll":0,"fov":80}}"#)
        try await viewer.hears("type === 'patch' && presets?.at(-1).name === 'stage'")
        try await director.send(#"{"type":"preset/remove","number":7}"#)
        try await viewer.hears("type === 'patch' && presets?.at(-1).name === 'down'")
        #expect(try await director.reply(to: #"{"type":"preset/remove","number":7}"#) == "error unknownPreset")
        try await director.send(#"{"type":"transport/pause"}"#)
        try await viewer.hears("type === 'patch' && item?.paused === true")
      }
    }

    @Test(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set"))
    func `an oversized message and a flood close their own connection only`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPages(3) { pages in
        let quiet = try await ControlSocket(pages[0], server)
        let oversized = try await ControlSocket(pages[1], server)
        try await oversized.send(String(repeating: "x", count: 70_000))
        #expect(try await oversized.closeCode() == 1009)

        let flood = try await ControlSocket(pages[2], server)
        try await pages[2].run("(() => { for (let n = 0; n < 3000; n += 1) socket.send('{\"type\":\"ping\"}'); })()")
        #expect(try await flood.closeCode() == 1008)
        #expect(try await quiet.reply(to: #"{"type":"ping","id":1}"#) == "pong")
      }
    }
  }
}

/// A page's own WebSocket to the server, which is spoken on message by message.
private struct ControlSocket {
  private let page: Page

  init(_ page: Page, _ server: CupolaProcess) async throws {
    self.page = page
    try await page.navigate(to: server.url + "healthz")
    try await page.run(
      """
      new Promise((resolve, reject) => {
        window.heard = [];
        window.socket = new WebSocket('/ws', 'cupola.v1');
        socket.onopen = resolve;
        socket.onerror = reject;
        socket.onmessage = ({ data }) => heard.push(JSON.parse(data));
        socket.onclose = ({ code }) => (window.closeCode = code);
      })
      """)
  }

  func send(_ message: String) async throws {
    let literal = String(decoding: try JSONEncoder().encode(message), as: UTF8.self)
    try await page.run("socket.send(\(literal))")
  }

  /// The type of the next answer; of an error also its code. What is told to everyone is no answer.
  func reply(to message: String) async throws -> String {
    let answers = "heard.filter(({ type }) => ['welcome', 'error', 'pong', 'answer'].includes(type))"
    let before: Int = try await page.evaluate("\(answers).length")
    try await send(message)
    try await page.waitUntil("\(answers).length > \(before)")
    return try await page.evaluate(
      "(({ type, code }) => [type, code].filter(Boolean).join(' '))(\(answers)[\(before)])")
  }

  /// Returns when a message has come of which the expression is true; its fields are variables in it.
  func hears(_ expression: String) async throws {
    try await page.waitUntil(
      "heard.some(({ type, programme, presets, item }) => \(expression))")
  }

  func closeCode() async throws -> Int {
    try await page.waitUntil("window.closeCode")
    return try await page.evaluate("closeCode")
  }
}
