import BrowserDriver
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct WatchingTests {
    @Test func `a page joins by itself and presents at least 95 of 100 frames of the test card`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        let first = try await page.waitUntilShown(0)
        #expect(first.width == 640 && first.height == 360)

        let frames = try await page.watchTestCard(straightAhead, frames: 240)
        print("frames on screen: \(frames.sharePresented()), of which the page saw \(frames.shareSeen())")
        #expect(frames.sharePresented() >= 0.95)
        #expect(frames.allSatisfy { $0.reading.colour == "F" })
        #expect(frames.numbers.count == frames.count)
        #expect(zip(frames.numbers, frames.numbers.dropFirst()).allSatisfy { $0 <= $1 })

        let stream = try await page.inboundStream()
        #expect(Double(stream.framesDecoded) >= 0.95 * Double(stream.framesReceived))
        #expect(
          try await page.evaluate("cupola.state().counts") == ["joins": 1, "freezes": 0, "losses": 0, "reconnects": 0])
        #expect(page.consoleMessages.map(\.description) == [])
      }
    }

    @Test func `what comes to the front is a picture from the first moment on`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        // The mean red of what is in front at each repaint from the first frame on.
        try await page.runBeforeEachDocument(
          """
          window.reds = [];
          const canvas = new OffscreenCanvas(1, 1);
          const context = canvas.getContext('2d', { alpha: false });
          const look = () => {
            if (window.cupola?.state().frames > 0) {
              context.drawImage(cupola.video(), 0, 0, 1, 1);
              reds.push(context.getImageData(0, 0, 1, 1).data[0]);
            }
            if (reds.length < 20) requestAnimationFrame(look);
          };
          look();
          """)
        try await page.watch(server)
        try await page.waitUntil("reds.length === 20")
        let reds: [Int] = try await page.evaluate("reds")
        #expect(reds.allSatisfy { $0 > 100 }, "\(reds)")
      }
    }

    @Test func `RTP time is the test card's time`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        let frames = try await page.watchTestCard(straightAhead, frames: 60)
        let (steps, ticks) = (frames.steps(), frames.rtpSteps)
        #expect(frames.numbers.count == frames.count)
        #expect(ticks.allSatisfy { $0 > 0 })
        // Now and then the page looks late, and sees the frame after the one that it was told of.
        #expect(zip(steps, ticks).count { abs($1 - 3000 * $0) <= 2 } > 40, "\(frames.numbers) \(ticks)")
        #expect(abs(ticks.reduce(0, +) - 3000 * steps.reduce(0, +)) <= 6000, "\(frames.numbers) \(ticks)")
      }
    }

    @Test(arguments: ["key", "button"])
    func `each preset is one switch away on the same stream, and never is there black between`(by hand: String)
      async throws
    {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(server)
        try await page.waitUntilShown(0)
        let before = try await page.inboundStream()
        var current = 0
        for preset in [1, 2, 3, 4, 5, 0] {
          let frames = try await page.watchTestCard(frames: 24) {
            if hand == "key" {
              try await page.pressKey("\(preset)")
            } else {
              try await page.click("[data-number='\(preset)']")
            }
          }
          try await page.waitUntilShown(preset)
          let colours = frames.map { $0.reading.colour }
          let (old, new) = (presetFaces[current], presetFaces[preset])
          let change = colours.firstIndex(of: new) ?? colours.count
          #expect(change > 0 && colours[..<change].allSatisfy { $0 == old }, "\(colours)")
          #expect(colours[change...].allSatisfy { $0 == new }, "\(colours)")
          #expect(frames.numbers.count == frames.count)
          // A preset that wakes begins with the frame that was on when it began to encode; meanwhile the old one may have
          // shown the next.
          for (index, step) in zip(frames.numbers, frames.numbers.dropFirst()).map({ $1 - $0 }).enumerated() {
            #expect(step >= (index + 1 == change ? -1 : 0), "\(frames.numbers), the switch at \(change)")
          }
          #expect(frames.rtpSteps.allSatisfy { $0 > 0 })
          let pressed = "document.querySelector('[data-number=\"\(preset)\"]').ariaPressed"
          #expect(try await page.evaluate(pressed) == "true")
          current = preset
        }
        let after = try await page.inboundStream()
        #expect(after.ssrc == before.ssrc)
        #expect(after.framesDecoded > before.framesDecoded)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        #expect(try await page.evaluate("cupola.state().following") == false)
        #expect(page.consoleMessages.map(\.description) == [])
      }
    }

    @Test func `the programme takes along those who follow it, and nobody else`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPages(3) { pages in
        let (director, follower, loner) = (pages[0], pages[1], pages[2])
        for page in pages { try await page.watch(server) }
        try await loner.pressKey("3")
        try await loner.waitUntilShown(3)

        try await director.run("cupola.goto(2, 'programme')")
        try await director.waitUntil("document.getElementById('line').textContent.includes('PIN')")
        #expect(try await server.applianceState().programme.preset == 0)

        try await director.run("cupola.authenticate('\(CupolaProcess.pin)')")
        try await director.waitUntil("cupola.state().role === 'operator'")
        let seen = try await follower.watchTestCard(frames: 30) {
          try await director.run("cupola.goto(2, 'programme')")
          try await director.waitUntilShown(2)
        }
        // The old picture until the new one is there, and nothing else.
        let colours = seen.map(\.reading.colour)
        let change = colours.firstIndex(of: "B") ?? colours.count
        #expect((1..<colours.count).contains(change) && colours[..<change].allSatisfy { $0 == "F" }, "\(colours)")
        #expect(colours[change...].allSatisfy { $0 == "B" }, "\(colours)")
        #expect(seen.numbers.count == seen.count && seen.rtpSteps.allSatisfy { $0 > 0 })
        for page in [director, follower] {
          try await page.waitUntilShown(2)
          #expect(try await page.evaluate("cupola.state().following") == true)
        }
        #expect(try await loner.evaluate("cupola.state().programme") == 2)
        #expect(try await loner.evaluate("cupola.state().preset") == 3)
        #expect(try await loner.waitUntilShown(3).colour == "L")

        try await loner.run("cupola.follow()")
        try await loner.waitUntilShown(2)
        #expect(try await loner.evaluate("cupola.state().following") == true)
        try await director.run("cupola.goto(1, 'programme')")
        for page in pages { try await page.waitUntilShown(1) }
        for page in pages { #expect(try await page.evaluate("cupola.state().counts.joins") == 1) }
        #expect(try await server.applianceState().viewers == 3)
      }
    }

    @Test func `a preset that is changed or removed changes what its viewers see`() async throws {
      let server = try await CupolaProcess.start()
      try await SharedBrowser.withPage { page in
        try await page.watch(server, query: "?preset=3")
        try await page.waitUntilShown(3)
        let body = #"{"name":"behind","yaw":180,"pitch":0,"roll":0,"fov":90}"#
        #expect(try await server.operate("PUT", "api/v1/presets/3", body).status == 200)
        try await page.waitUntil("document.querySelector('[data-number=\"3\"] .name').textContent === 'behind'")
        while try await page.watchTestCard(straightAhead, frames: 1).first?.reading.colour != "B" {}

        #expect(try await server.operate("DELETE", "api/v1/presets/3").status == 200)
        try await page.waitUntilShown(0)
        #expect(try await page.evaluate("cupola.state().following") == true)
        #expect(try await page.evaluate("document.querySelector('[data-number=\"3\"]')", as: String?.self) == nil)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
      }
    }
  }
}
