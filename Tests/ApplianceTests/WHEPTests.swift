import BrowserDriver
import Foundation
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct WHEPTests {
    /// A WHEP player, as anybody would write one.
    private static let player = """
      window.whep = async (preset, sections = ['video']) => {
        const peer = new RTCPeerConnection();
        const video = document.createElement('video');
        Object.assign(video, { muted: true, autoplay: true, playsInline: true });
        document.body.append(video);
        for (const section of sections) {
          if (section === 'data') peer.createDataChannel('remote');
          else peer.addTransceiver(section, { direction: 'recvonly' });
        }
        peer.ontrack = ({ track }) => (video.srcObject = new MediaStream([track]));
        await peer.setLocalDescription(await peer.createOffer());
        const answer = await fetch('/whep/' + preset, {
          method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: peer.localDescription.sdp,
        });
        const body = await answer.text();
        if (answer.ok) await peer.setRemoteDescription({ type: 'answer', sdp: body });
        return {
          peer, video, body, status: answer.status, type: answer.headers.get('Content-Type'),
          location: answer.headers.get('Location'), retryAfter: answer.headers.get('Retry-After'),
        };
      };
      """

    private struct Told: Decodable {
      var status: Int
      var type: String?
      var location: String?
      var retryAfter: String?
      var body: String
    }

    /// Opens a page of the server's origin that does nothing by itself, with the player in it.
    private func prepare(_ page: Page, for server: CupolaProcess) async throws {
      try await page.navigate(to: server.url + "healthz")
      try await page.run(Self.player.trimmingCharacters(in: [";", "\n"]))
    }

    private func told(_ page: Page, _ player: String) async throws -> Told {
      try await page.evaluate(
        "(({ status, type, location, retryAfter, body }) => ({ status, type, location, retryAfter, body }))(\(player))")
    }

    @Test func `a player gets an answer, then frames, and DELETE ends it`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await prepare(page, for: server)
        try await page.run("whep('right').then((player) => (window.player = player))")
        let answer = try await told(page, "player")
        #expect(answer.status == 201)
        #expect(answer.type == "application/sdp")
        #expect(answer.body.hasPrefix("v=0"))
        let location = try #require(answer.location)

        try await page.waitUntil("player.video.currentTime > 0.2")
        let frames = try await page.watchTestCard(straightAhead, frames: 20, from: "() => player.video")
        #expect(frames.last?.reading.colour == "R")
        #expect(frames.numbers.count == frames.count)
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(try await server.applianceState().viewers == 1)

        #expect(try await server.request("DELETE", String(location.dropFirst())).status == 200)
        #expect(try await server.applianceState().viewers == 0)
        #expect(try await server.request("DELETE", String(location.dropFirst())).status == 404)
        try await page.waitUntil("player.peer.getReceivers()[0].transport.state === 'closed'")
      }
    }

    @Test func `Chromium plays whatever it offers besides`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await prepare(page, for: server)
        for sections in ["'audio', 'video'", "'video', 'audio', 'data'", "'data', 'audio', 'video'"] {
          try await page.run("whep('right', [\(sections)]).then((player) => (window.player = player))")
          let frames = try await page.watchTestCard(straightAhead, frames: 3, from: "() => player.video")
          #expect(frames.last?.reading.colour == "R", "\(sections): \(frames)")
          try await page.run("(player.peer.close(), player.video.remove())")
        }
      }
    }

    @Test func `a player of the programme follows it`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await prepare(page, for: server)
        try await page.run("whep('programme').then((player) => (window.player = player))")
        let before = try await page.watchTestCard(straightAhead, frames: 3, from: "() => player.video")
        #expect(before.last?.reading.colour == "F")
        #expect(try await server.operate("PUT", "api/v1/programme", #"{"preset":4}"#).status == 200)
        var colour: String?
        for _ in 0..<100 where colour != "U" {
          colour = try await page.watchTestCard(straightAhead, frames: 1, from: "() => player.video")
            .first?.reading.colour
        }
        #expect(colour == "U")
      }
    }

    @Test func `the one too many hears so in words, and has the next free place`() async throws {
      let server = try await CupolaProcess.start(
        server: "viewers: 2", video: "{size: 320x180, framerate: 15, bitrate: 200k}")
      try await SharedBrowser.withPages(2) { pages in
        let (crowd, late) = (pages[0], pages[1])
        try await prepare(crowd, for: server)
        // Pages of this machine have eight places more.
        try await crowd.run(
          "Promise.all(Array.from({ length: 10 }, () => whep('front'))).then((all) => (window.crowd = all))")
        #expect(try await crowd.evaluate("crowd.every(({ status }) => status === 201)") == true)
        try await crowd.waitUntil("crowd.every(({ video }) => video.videoWidth === 320)")

        try await crowd.run("whep('front').then((player) => (window.eleventh = player))")
        let refused = try await told(crowd, "eleventh")
        #expect(refused.status == 503)
        #expect(refused.retryAfter == "5")
        #expect(refused.body.contains("As many viewers as this Cupola allows (2) are watching."))

        try await late.navigate(to: server.url)
        try await late.waitUntil("cupola.state().connection === 'full'")
        try await late.waitUntil("document.getElementById('notice-title').textContent === 'Every place is taken'")
        let words: String = try await late.evaluate("document.getElementById('notice-text').textContent")
        #expect(words.contains("As many viewers as this Cupola allows (2) are watching."))
        #expect(try await server.applianceState().viewers == 10)

        try await crowd.run("fetch(crowd[0].location, { method: 'DELETE' })")
        try await late.waitUntilPlaying()
      }
    }

    @Test func `what is no offer is refused with a status and a sentence`() async throws {
      let server = try await CupolaProcess.start()
      let sdp = ["Content-Type": "application/sdp"]
      let unknown = try await server.request("POST", "whep/nowhere", headers: sdp, body: "v=0\r\n")
      #expect(unknown.status == 404 && unknown.error?.code == "unknownPreset")
      let wrongType = try await server.request(
        "POST", "whep/front", headers: ["Content-Type": "text/plain"], body: "v=0")
      #expect(wrongType.status == 415)
      #expect(wrongType.error?.message == "The offer is sent as application/sdp.")
      for junk in ["", "junk", "v=0\r\nm=", String(repeating: "a=x\r\n", count: 10_000), "\u{0}\u{1}\u{2}"] {
        let answer = try await server.request("POST", "whep/front", headers: sdp, body: junk)
        #expect(answer.status == (junk.utf8.count > 16_384 ? 413 : 400), "\(junk.prefix(10))")
        #expect(answer.error?.code == "badOffer")
        #expect(answer.error?.message.isEmpty == false)
      }
      let huge = try await server.request(
        "POST", "whep/front", headers: sdp, body: String(repeating: "v=0\r\n", count: 1 << 18))
      #expect(huge.status == 413)
      #expect(try await server.request("GET", "whep/front").status == 405)
      #expect(try await server.applianceState().viewers == 0)
    }
  }
}
