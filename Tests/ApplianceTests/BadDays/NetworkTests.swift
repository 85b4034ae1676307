import BrowserDriver
import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: NetworkNamespace.isAllowed, "needs root")) struct NetworkTests {
    /// A player inside the namespace that watches by an answer of the server there.
    private func watch(
      _ server: CupolaProcess, in namespace: NetworkNamespace, seed: UInt64
    ) async throws -> (player: LoopbackPlayer, answer: String) {
      try await namespace.inside {
        let player = try LoopbackPlayer(seed: seed)
        let answer = try server.answer(to: player.offer)
        try player.accept(answer)
        try #require(player.run { $0.frames.count >= 5 })
        return (player, answer)
      }
    }

    @Test func `without any network it is ready and says that nobody can reach it, until there is one`() async throws {
      let namespace = try await NetworkNamespace()
      let folder = try TemporaryFolder()
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let server = try await CupolaProcess.start(
        in: folder, host: "0.0.0.0", environment: ["NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "10000000"],
        launcher: namespace.launcher)
      let (isReady, said) = supervisor.receive { $0.contains("READY=1") && $0.contains { $0.contains("no network") } }
      #expect(isReady, "\(said)")
      #expect(server.hasLogged("No other machine can reach Cupola: this one has no network address"))

      try namespace.ip("link set lo up")
      let (first, _) = try await watch(server, in: namespace, seed: 160)
      #expect(first.seesMore(10))

      try namespace.ip("link add lan type veth peer name cable")
      try namespace.ip("address add 10.77.0.1/24 dev lan")
      try namespace.ip("link set lan up")
      try namespace.ip("link set cable up")
      #expect(server.hasLogged { $0.contains("Cupola can be reached (addresses 10.77.0.1)") })
      let (second, answer) = try await watch(server, in: namespace, seed: 161)
      #expect(answer.contains(" 10.77.0.1 "))
      #expect(second.seesMore(10))
      #expect(first.seesMore(10))
      let health = try await namespace.inside { try server.ask("healthz") } ?? ""
      #expect(health.hasPrefix("HTTP/1.1 200 ") && !health.contains("no network"), "\(health)")

      // The cable is pulled.
      try namespace.ip("link delete lan")
      #expect(server.hasLogged { $0.count(of: "No other machine can reach Cupola") == 2 })
      #expect(first.seesMore(10))
      print(server.log)
      #expect(server.isWithoutAlarm)
      #expect(!supervisor.messages().contains("WATCHDOG=trigger"))
      #expect(await server.end(by: SIGTERM).exit == .code(0))
    }

    @Test func `where IPv6 is switched off on every interface it serves IPv4`() async throws {
      let namespace = try await NetworkNamespace()
      try namespace.ip("link set lo up")
      try namespace.ip("link add lan type veth peer name cable")
      for interface in ["lan", "cable"] {
        try namespace.ip("link set \(interface) addrgenmode none")
        try namespace.ip("link set \(interface) up")
      }
      try namespace.ip("address add 10.77.0.1/24 dev lan")
      let server = try await CupolaProcess.start(host: "0.0.0.0", launcher: namespace.launcher)
      let (player, answer) = try await watch(server, in: namespace, seed: 162)
      #expect(answer.contains(" 10.77.0.1 "))
      #expect(player.seesMore(10))
    }

    /// The far end of the media path that a page uses, as JavaScript.
    private let remoteAddress = """
      cupola.statistics().then((all) => {
        const by = new Map(all.map((entry) => [entry.id, entry]));
        const transport = all.find(({ type }) => type === 'transport');
        const pair = by.get(transport?.selectedCandidatePairId);
        return by.get(pair?.remoteCandidateId)?.address ?? null;
      })
      """

    /// A browser in a network of its own, and a page of it.
    ///
    /// Now and then a Chromium that starts in a new network finds no interface there, and sends nothing to anybody for
    /// as long as it lives: it gathers no candidate. Then another one is started.
    private func browse(_ server: String, in room: NetworkNamespace) async throws -> (Chromium, Page) {
      let folder = try TemporaryFolder()
      let program = try folder.write(
        "#!/bin/sh\nexec \(room.launcher.joined(separator: " ")) \(Chromium.defaultPath) \"$@\"\n", to: "chromium")
      try #require(chmod(program, 0o755) == 0)
      for _ in 0..<10 {
        let chromium = try Chromium(path: program)
        let page = try await chromium.newPage()
        try await page.navigate(to: server + "healthz")
        let gathers: Bool = try await page.evaluate(
          """
          new Promise((resolve) => {
            const peer = new RTCPeerConnection();
            peer.onicecandidate = ({ candidate }) => resolve(candidate !== null);
            setTimeout(() => resolve(false), 3000);
            peer.addTransceiver('video');
            peer.setLocalDescription();
          })
          """)
        if gathers { return withExtendedLifetime(folder) { (chromium, page) } }
        print("a browser that finds no network is started again")
        chromium.close()
      }
      throw PageFailure(description: "no browser finds the network")
    }

    @Test(.enabled(if: Chromium.isWanted), arguments: ["address", "link"])
    func `an address that goes away while a page watches costs a moment, and a new one is told to who comes`(
      lost: String
    ) async throws {
      let (machine, room) = (try await NetworkNamespace(), try await NetworkNamespace())
      for number in 1...2 {
        let interface = "lan\(number)"
        try machine.ip("link add \(interface) type veth peer name \(interface) netns \(room.processID)")
        for (namespace, host) in [(machine, 1), (room, 2)] {
          try namespace.ip("address add 10.99.\(number).\(host)/24 dev \(interface)")
          try namespace.ip("link set \(interface) up")
        }
      }
      for namespace in [machine, room] { try namespace.ip("link set lo up") }
      try room.ip("route add default via 10.99.1.1")

      let server = try await CupolaProcess.start(host: "0.0.0.0", launcher: machine.launcher)
      let (chromium, page) = try await browse("http://10.99.1.1:\(server.ports.http)/", in: room)
      defer { chromium.close() }
      // Which of the two addresses has the media is up to the browser; the page itself has to come from the other.
      var (media, other) = (1, 2)
      var isApart = false
      for _ in 0..<20 where !isApart {
        swap(&media, &other)
        try await page.navigate(to: "http://10.99.\(other).1:\(server.ports.http)/")
        try await page.waitUntilPlaying()
        // It may think better of it in the first second.
        _ = try await page.watchTestCard(straightAhead, frames: 45)
        isApart = try await page.evaluate(remoteAddress) == "10.99.\(media).1"
      }
      #expect(isApart)

      try await page.run(
        """
        (() => {
          const watch = (window.watch = { longest: 0, frames: cupola.state().frames, at: performance.now() });
          setInterval(() => {
            const { frames } = cupola.state();
            watch.longest = Math.max(watch.longest, performance.now() - watch.at);
            if (frames === watch.frames) return;
            watch.frames = frames;
            watch.at = performance.now();
          }, 5);
        })()
        """)
      try machine.ip(lost == "link" ? "link set lan\(media) down" : "address del 10.99.\(media).1/24 dev lan\(media)")
      try await page.waitUntil("(\(remoteAddress)).then((address) => address === '10.99.\(other).1')")
      let frames = try await page.watchTestCard(straightAhead, frames: 30)
      #expect(frames.numbers.count == frames.count)
      let longest: Double = try await page.evaluate("watch.longest")
      print("\(lost) \(media) lost: without a new picture for \(Int(longest)) ms")
      #expect(longest < 6000)
      let counts: [String: Int] = try await page.evaluate("cupola.state().counts")
      print("counts: \(counts)")
      #expect(counts["reconnects"] == 0)

      try machine.ip("address add 10.99.3.1/24 dev lan\(other)")
      let place = other
      let answer = try await room.inside {
        try server.answer(to: LoopbackPlayer(seed: 170).offer, at: "10.99.\(place).1")
      }
      #expect(
        answer.contains(" 10.99.3.1 ") && answer.contains(" 10.99.\(other).1 ") && !answer.contains("10.99.\(media).1"))
      #expect(server.hasLogged { $0.contains("10.99.3.1") })
      #expect(server.isWithoutAlarm)
      try await page.close()
      #expect(await server.end(by: SIGTERM).exit == .code(0))
    }
  }
}
