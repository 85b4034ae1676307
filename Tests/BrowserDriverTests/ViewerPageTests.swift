import BrowserDriver
import Testing

extension BrowserTests {
  @Suite struct ViewerPageTests {
    private static let isPlaying = "cupola.state().connection === 'playing'"

    @Test func `starts by itself, muted, following, and says what it shows`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.waitUntil("colourOnScreen() === 'front'")
        #expect(try await page.evaluate("cupola.video().muted") == true)
        #expect(
          try await page.evaluate("server.received.slice(0, 3).map(({ type }) => type).sort()") == [
            "hello", "offer", "ping",
          ])
        #expect(try await page.evaluate("server.last('hello').follow") == true)
        #expect(try await page.evaluate("document.title") == "front – Attic")
        #expect(try await page.evaluate("document.getElementById('follow').ariaPressed") == "true")
        let pressed = "[...document.querySelectorAll('.preset')].map((button) => button.ariaPressed)"
        #expect(try await page.evaluate(pressed) == ["true", "false", "false", "false"])
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == true)
        #expect(try await page.evaluate("cupola.state().firstFrameAt > cupola.state().startedAt") == true)
        #expect(page.consoleMessages.map(\.description) == [])
      }
    }

    @Test func `keys and buttons switch, and the button waits for the server's word`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)

        try await page.run("server.switchDelay = 400")
        try await page.pressKey("2")
        try await page.waitUntil("document.querySelector('[data-number=\"2\"]').ariaBusy === 'true'")
        #expect(try await page.evaluate("document.querySelector('[data-number=\"0\"]').ariaPressed") == "true")
        try await page.waitUntil("document.querySelector('[data-number=\"2\"]').ariaPressed === 'true'")
        #expect(try await page.evaluate("document.getElementById('follow').ariaPressed") == "false")
        try await page.waitUntil("colourOnScreen() === 'back'")

        try await page.run("server.switchDelay = 0")
        try await page.pressKey("ArrowRight")
        try await page.waitUntil("cupola.state().preset === 3")
        try await page.pressKey("ArrowRight")
        try await page.waitUntil("cupola.state().preset === 0")
        try await page.pressKey("ArrowLeft")
        try await page.waitUntil("cupola.state().preset === 3")
        try await page.click("[data-number='1']")
        try await page.waitUntil("cupola.state().preset === 1")
        try await page.pressKey("0")
        try await page.waitUntil("cupola.state().preset === 0")
        try await page.pressKey("g")
        try await page.waitUntil("cupola.state().following")
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        #expect(try await page.evaluate("cupola.state().switches.length") == 7)
      }
    }

    @Test func `a name from the server is text and nothing else`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("document.querySelectorAll('b').length") == 0)
        #expect(
          try await page.evaluate("document.querySelector('[data-number=\"3\"] .name').textContent") == "<b>left</b>")
      }
    }

    @Test func `keeps the last picture while the server is away and comes back to the same preset`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.pressKey("2")
        try await page.waitUntil("colourOnScreen() === 'back'")

        try await page.run("server.stop()")
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Cupola is not answering'")
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == false)
        #expect(try await page.evaluate("colourOnScreen()") == "back")
        // New WebSockets to a server that is away would be held back by the browser; only the probes go on.
        #expect(try await page.evaluate("server.attempts") == 1)

        try await page.run("server.start()")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("server.last('hello').preset") == 2)
        #expect(try await page.evaluate("cupola.state().counts.reconnects") == 1)
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == true)
        try await page.waitUntil("colourOnScreen() === 'back'")
      }
    }

    @Test func `opens on the preset of its address and remembers another one over a reload`() async throws {
      try await StandInServer.withPage(query: "?preset=1") { page in
        try await page.waitUntil("cupola.state().preset === 1 && !cupola.state().following")
        try await page.run("cupola.goto(3)")
        try await page.waitUntil("cupola.state().preset === 3")
        try await page.navigate(to: "http://cupola.example/?preset=1")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("server.last('hello').preset") == 3)
      }
    }

    @Test func `says when every place is taken and takes the next free one`() async throws {
      try await StandInServer.withPage(before: "server.isFull = true;") { page in
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Every place is taken'")
        #expect(
          try await page.evaluate("document.getElementById('notice-text').textContent.includes('viewerLimit')") == true)
        // It is said once, however often the page asks again.
        try await page.run(
          """
          (() => {
            window.said = [];
            window.states = new Set();
            const look = () => states.add(document.body.dataset.connection);
            new MutationObserver(() => said.push(document.getElementById('status').textContent))
              .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true });
            new MutationObserver(look).observe(document.body, { attributes: true });
            look();
          })()
          """)
        try await page.waitUntil("server.count('offer') === 3")
        #expect(try await page.evaluate("said") == [String]())
        #expect(try await page.evaluate("[...states]") == ["full"])
        try await page.run("server.isFull = false")
        try await page.waitUntil(Self.isPlaying)
      }
    }

    @Test func `says when the video arrives and this browser decodes none of it`() async throws {
      try await StandInServer.withPage(before: "server.isGarbled = true;") { page in
        try await page.waitUntil(
          "document.getElementById('notice-title').textContent === 'This browser cannot show the picture'")
        #expect(
          try await page.evaluate(
            "document.getElementById('notice-text').textContent.startsWith('The video arrives, but')") == true)
        try await page.run("server.isGarbled = false")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == true)
      }
    }

    @Test func `the digits' keys count where digits need Shift`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        let press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, "
        try await page.run(press + "key: 'é', code: 'Digit2' }))")
        try await page.waitUntil("cupola.state().preset === 2")
        try await page.run(press + "key: '#', code: 'Digit3', shiftKey: true }))")
        try await page.run(press + "key: 'à', code: 'Digit0' }))")
        try await page.waitUntil("cupola.state().preset === 0")
        #expect(try await page.evaluate("server.count('preset/goto')") == 2)
      }
    }

    @Test func `says when there is no common codec and tries again only when asked`() async throws {
      try await StandInServer.withPage(before: "server.hasCodec = false;") { page in
        try await page.waitUntil("cupola.state().connection === 'unsupported'")
        try await page.waitUntil(
          "document.getElementById('notice-title').textContent === 'This browser cannot show the picture'")
        try await page.run("server.hasCodec = true")
        try await page.click("#notice-action")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("server.count('offer')") == 2)
      }
    }

    @Test func `asks for a gesture where the browser does not start video by itself`() async throws {
      let refusing = """
        document.addEventListener('readystatechange', () => {
          for (const video of document.querySelectorAll('video')) video.autoplay = false;
        });
        const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = function () {
          if (navigator.userActivation.hasBeenActive) return play.call(this);
          return Promise.reject(new DOMException('refused', 'NotAllowedError'));
        };
        """
      try await StandInServer.withPage(before: refusing) { page in
        try await page.waitUntil("document.getElementById('notice-action').textContent === 'Play'")
        // A first frame is there, and may be on screen.
        try await page.waitUntil("[...document.querySelectorAll('video')].some(({ readyState }) => readyState >= 2)")
        #expect(try await page.evaluate("cupola.state().frames") == 0)
        #expect(try await page.evaluate("document.getElementById('notice').hidden") == false)
        try await page.click("#notice-action")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
      }
    }

    @Test func `a media connection that ended is made anew, once`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.run("server.tell({ type: 'bye', reason: 'mediaLost' })")
        try await page.run("server.tell({ type: 'bye', reason: 'mediaLost' })")
        try await page.waitUntil("cupola.state().counts.joins === 2 && cupola.state().connection === 'playing'")
        #expect(try await page.evaluate("server.count('offer')") == 2)
        #expect(try await page.evaluate("server.attempts") == 1)
      }
    }

    @Test func `whoever has been crowded out waits for a place and comes back by itself`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.run("server.tell({ type: 'bye', reason: 'crowdedOut', retryAfter: 5 })")
        try await page.waitUntil("document.getElementById('notice-title').textContent === 'Every place is taken'")
        #expect(try await page.evaluate("server.count('offer')") == 1)
        try await page.waitUntil("cupola.state().counts.joins === 2 && cupola.state().connection === 'playing'")
      }
    }

    @Test func `a view that waits for an encoder is named and asked for again after a reload`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        let change = "type: 'preset/changed', scope: 'me', following: false"
        try await page.run("server.tell({ \(change), preset: 1, wanted: 2, reason: 'encoderLimit' })")
        try await page.waitUntil("cupola.state().preset === 1 && cupola.state().wanted === 2")
        try await page.waitUntil("document.getElementById('line').textContent.includes('comes when there is room')")
        try await page.waitUntil("document.querySelector('button[data-number=\"2\"]').classList.contains('pending')")
        #expect(try await page.evaluate("JSON.parse(sessionStorage.getItem('cupola')).preset") == 2)
        try await page.run("server.tell({ \(change), preset: 2 })")
        try await page.waitUntil("cupola.state().preset === 2 && cupola.state().wanted === null")
        try await page.waitUntil("document.getElementById('line').hidden")
      }
    }

    @Test func `shows the server's notice and takes it away`() async throws {
      try await StandInServer.withPage(before: "server.notice = 'No media found: showing the test card';") { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.waitUntil(
          "document.getElementById('line').textContent === 'No media found: showing the test card'")
        #expect(
          try await page.evaluate("document.getElementById('status').textContent.startsWith('No media found')") == true)
        try await page.run("server.patch({ notice: null })")
        try await page.waitUntil("document.getElementById('line').hidden")
      }
    }

    @Test func `notices a frozen picture and joins again, but leaves a paused one alone`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.run("server.receive(server.sockets[0], { type: 'transport/pause' })")
        try await page.run("server.isFrozen = true")
        // By then a picture that should move counts as frozen.
        try await page.waitUntil("performance.now() - cupola.state().lastFrameAt > 2800")
        #expect(try await page.evaluate("cupola.state().counts.joins") == 1)
        try await page.run("server.receive(server.sockets[0], { type: 'transport/play' })")
        try await page.waitUntil("cupola.state().counts.freezes === 1")
        #expect(try await page.evaluate("colourOnScreen()") == "front")
        try await page.run("server.isFrozen = false")
        try await page.waitUntil(Self.isPlaying)
        #expect(try await page.evaluate("cupola.state().counts.joins") == 2)
      }
    }

    @Test func `the PIN opens the remote, and its buttons then switch everyone`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.pressKey("1")
        try await page.waitUntil("cupola.state().preset === 1")

        try await page.pressKey("r")
        #expect(try await page.evaluate("document.activeElement.id") == "pin")
        for key in ["1", "2", "Enter"] { try await page.pressKey(key) }
        try await page.waitUntil("document.getElementById('pin-error').textContent === 'That PIN is not right.'")
        #expect(try await page.evaluate("cupola.state().preset") == 1)
        for key in ["2", "4", "6", "8", "Enter"] { try await page.pressKey(key) }
        try await page.waitUntil("!document.getElementById('console').hidden")

        try await page.click("label[for='scope-programme']")
        try await page.waitUntil("cupola.state().following")
        try await page.click("[data-number='2']")
        try await page.waitUntil("server.programme === 2 && cupola.state().preset === 2 && cupola.state().following")
        #expect(try await page.evaluate("server.last('preset/goto').scope") == "programme")

        try await page.click("#play-pause")
        try await page.waitUntil("document.getElementById('play-pause').ariaLabel === 'Play'")
        #expect(try await page.evaluate("document.getElementById('paused').hidden") == false)
        try await page.pressKey("Escape")
        #expect(try await page.evaluate("document.getElementById('remote').hidden") == true)
      }
    }

    @Test func `the PIN is not kept but a token is, and one that is unknown is forgotten`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        try await page.run("server.isSlow = true, cupola.authenticate('2468')")
        try await page.waitUntil("document.getElementById('pin-error').textContent.includes('in 8 seconds')")
        try await page.run("server.isSlow = false, cupola.authenticate('2468')")
        try await page.waitUntil("cupola.state().role === 'operator'")
        #expect(try await page.evaluate("/ on (Linux|Android)$/.test(server.device)") == true)
        let stored = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
        #expect(try await page.evaluate("\(stored).includes('t-2468') && !\(stored).includes('\"2468')") == true)

        // After a reload it is the token that is shown; the server is another one then, for a moment.
        try await page.runBeforeEachDocument("server.token = 'another';")
        try await page.run("server.stop()")
        // Not by the page itself: what asked it to would be gone before its answer.
        try await page.navigate(to: "http://cupola.example/")
        try await page.waitUntil("window.server?.last('hello')?.token === 't-2468'")
        try await page.waitUntil("localStorage.length === 0 && cupola.state().role === 'viewer'")
        #expect(try await page.evaluate("document.getElementById('pin').placeholder") == "XXXX-XXXX")
      }
    }

    @Test func `the statistics panel fills itself while it is open`() async throws {
      try await StandInServer.withPage { page in
        try await page.waitUntil(Self.isPlaying)
        // As if each frame had left the server 40 ms before it was on screen.
        try await page.run(
          """
          new Promise((resolve) => {
            const frames = [];
            const note = (now, frame) => {
              const time = performance.timeOrigin + frame.presentationTime + cupola.state().clock.offset - 40;
              frames.push([frame.rtpTimestamp, time]);
              if (frames.length < 12) return cupola.video().requestVideoFrameCallback(note);
              server.tell({ type: 'clock', frames });
              resolve();
            };
            cupola.video().requestVideoFrameCallback(note);
          })
          """)
        try await page.pressKey("s")
        try await page.run(
          "server.tell({ type: 'health', status: 'ok', decoder: 'software', framerate: 30, viewers: 1 })")
        try await page.run("server.patch({ skipped: [{ name: 'x.mp4', reason: 'the file is empty' }] })")
        try await page.run(
          """
          server.patch({ item: { ...cupola.state().item,
            shape: { projection: 'eac', stereo: 'mono', eye: 'left', origin: 'pixels', confidence: 0.87 } } })
          """)
        let rows = [
          "Picture": "^320 × 180$", "Frame rate": "^[1-9][0-9.]* fps$", "Bit rate": "^[0-9.]+ Mbit/s$",
          "Loss": "^0.0 % \\\\(0 in all\\\\)$", "Round trip": "^[0-9.]+ ms$", "Jitter buffer": "^[0-9.]+ ms$",
          "Decoder": "^VP8", "Decoding": "^[0-9.]+ ms$", "Dropped": "^[0-9]+ frames$",
          "Rejoined": "^0 × \\\\(0 frozen\\\\)$", "Viewers": "^1$", "Shape": "^eac · pixels 87 %$",
          "Cupola": "^ok · software · 30.0 fps$",
        ]
        for (name, pattern) in rows {
          try await page.waitUntil(
            """
            [...document.querySelectorAll('#statistics-list dt')].some((term) =>
              term.textContent === '\(name)' && new RegExp('\(pattern)').test(term.nextSibling.textContent))
            """)
        }
        #expect(try await page.evaluate("document.querySelectorAll('#statistics-list dt').length") == rows.count)
        try await page.waitUntil("document.getElementById('skipped-list').textContent === 'x.mp4: the file is empty'")
        try await page.waitUntil("cupola.state().latency.samples.length > 10")
        #expect(try await page.evaluate("Number.isFinite(cupola.state().latency.median)") == true)
        try await page.pressKey("s")
        #expect(try await page.evaluate("document.getElementById('statistics').hidden") == true)
      }
    }
  }
}
