import FFmpeg
import Media
import Playout
import Testing
import Threads

/// The player over scripted sources: time, order, lateness, commands.
@Suite struct PlayerTests {
  /// A player of items by name, each of which is a script; those without one are bad.
  private func harness(
    _ scripts: [String: @Sendable (VirtualClock) -> ScriptedSource], order: [String], repeats: Bool = true,
    framerate: Int = 30, isAwake: Bool = true, decodesAhead: Bool = true
  ) -> PlayerHarness {
    let box = Monitor<VirtualClock?>(nil)
    let harness = PlayerHarness(
      order, repeats: repeats, framerate: framerate, decodesAhead: decodesAhead,
      open: { item, _ throws(MediaError) in
        guard let script = scripts[item.name] else { throw .notMedia }
        return script(box.wait { $0 }!)
      })
    // No item opens before this.
    harness.recorder.isAwake = isAwake
    box.update { $0 = harness.clock }
    return harness
  }

  private func expectSteady(_ recorder: Recorder, sourceLocation: SourceLocation = #_sourceLocation) {
    let seen = recorder.seen
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.time < $1.time }, sourceLocation: sourceLocation)
  }

  @Test func `every frame goes out when it is due`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) }], order: ["a"])
    harness.clock.run(to: 5)
    expectSteady(harness.recorder)
    #expect(harness.recorder.seen.count == 151)
    #expect(harness.recorder.seen.allSatisfy { $0.time == $0.at })
    #expect(harness.player.state.item?.name == "a")
    #expect(harness.player.state.duration == MediaTime(seconds: 10))
    #expect(harness.events == [.started(PlaylistItem(name: "a", url: "script://a"), index: 0)])
  }

  @Test func `a loop has no seam`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 30) }], order: ["a"])
    harness.clock.run(to: 10)
    expectSteady(harness.recorder)
    let seen = harness.recorder.seen
    #expect(seen.count == 301)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { abs(($1.time - $0.time).seconds - 1 / 30) < 1e-6 })
    #expect(harness.events.count == 1)
  }

  @Test func `items follow one another and their frame rates meet without a gap`() {
    let harness = harness(
      ["a": { ScriptedSource(clock: $0, count: 30) }, "b": { ScriptedSource(clock: $0, count: 10, framerate: 10) }],
      order: ["a", "b"])
    harness.clock.run(to: 3.99)
    let distances = zip(harness.recorder.seen, harness.recorder.seen.dropFirst()).map { ($1.time - $0.time).seconds }
    #expect(distances.count == 79)
    #expect(distances[0..<30].allSatisfy { abs($0 - 1 / 30) < 1e-6 })
    #expect(distances[30..<40].allSatisfy { abs($0 - 0.1) < 1e-6 })
    #expect(harness.player.state.index == 1)
    #expect(harness.player.state.count == 2)
  }

  /// As of 4K on a slow machine: twelve packets go in before a picture comes out, each of which takes half of a frame's time.
  @Test(arguments: [true, false])
  func `the first picture of the next item is decoded before its turn`(decodesAhead: Bool) {
    let script: @Sendable (VirtualClock) -> ScriptedSource = { clock in
      ScriptedSource(clock: clock, count: 60, behind: 12) { _ in 0.015 }
    }
    let harness = harness(["a": script, "b": script], order: ["a", "b"], decodesAhead: decodesAhead)
    // The very first item has nobody who plays before its turn.
    harness.clock.run(to: 1)
    harness.recorder.forget()
    let dropped = harness.player.state.counters.droppedLate
    harness.clock.run(to: 20)
    expectSteady(harness.recorder)
    let late = harness.recorder.seen.count { $0.at - $0.time > ms(8) }
    #expect((late == 0) == decodesAhead, "\(late) pictures were late")
    #expect((harness.player.state.counters.droppedLate == dropped) == decodesAhead)
  }

  @Test func `an item whose length is unknown is followed too`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 30, knowsDuration: false) }], order: ["a"])
    harness.clock.run(to: 3)
    #expect(harness.recorder.seen.count == 91)
    expectSteady(harness.recorder)
  }

  @Test func `a source that is faster than the cap is thinned out`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 600, framerate: 60) }], order: ["a"])
    harness.clock.run(to: 2)
    #expect((60...61).contains(harness.recorder.seen.count))
    #expect(harness.player.state.counters.droppedFast >= 60)
  }

  @Test func `a stall drops frames before anybody projects them, and catches up`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) { $0 == 60 ? 0.3 : 0.001 } }], order: ["a"])
    harness.clock.run(to: 5)
    let counters = harness.player.state.counters
    #expect((5...10).contains(counters.droppedLate))
    #expect(counters.reanchored == 0)
    // Some were not even decoded.
    #expect((140...151).contains(counters.published + counters.droppedLate))
    expectSteady(harness.recorder)
    #expect(harness.recorder.seen.suffix(60).allSatisfy { ($0.at - $0.time).seconds < 0.002 })
  }

  @Test func `after a hopeless stall the time line goes on from now`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) { $0 == 60 ? 2 : 0.001 } }], order: ["a"])
    harness.clock.run(to: 6)
    let state = harness.player.state
    #expect(state.counters.reanchored == 1)
    #expect(state.counters.droppedLate <= 3)
    expectSteady(harness.recorder)
    #expect(harness.recorder.seen.suffix(30).allSatisfy { ($0.at - $0.time).seconds < 0.002 })
    #expect(abs(state.position.seconds - 4) < 0.2)
  }

  @Test func `a decoder that is always too slow still shows pictures, in order`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) { _ in 0.1 } }], order: ["a"])
    harness.clock.run(to: 6)
    expectSteady(harness.recorder)
    #expect(harness.recorder.seen.count >= 30)
    #expect(harness.player.state.counters.reanchored > 0)
  }

  @Test func `a pause holds the picture and the time line goes on`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) }], order: ["a"])
    harness.clock.run(to: 1.01)
    harness.player.pause()
    harness.clock.run(to: 31.01)
    #expect(harness.recorder.seen.count == 31)
    #expect(harness.player.state.isPaused)
    harness.player.play()
    harness.clock.run(to: 32.01)
    #expect(!harness.player.state.isPaused)
    expectSteady(harness.recorder)
    #expect(harness.recorder.seen.count == 61)
    #expect(harness.recorder.seen.allSatisfy { $0.time == $0.at })
    #expect(abs(harness.player.state.position.seconds - 2) < 0.001)
    #expect(harness.events.suffix(2) == [.paused, .resumed])
  }

  @Test func `a seek lands on the frame, not on the key frame before it`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) }], order: ["a"])
    harness.clock.run(to: 1)
    harness.player.seek(to: MediaTime(seconds: 7.5))
    harness.clock.run(to: 1.001)
    #expect(abs(harness.player.state.position.seconds - 7.5) < 0.001)
    harness.player.seek(to: MediaTime(seconds: 2.1))
    harness.clock.run(to: 1.102)
    #expect(abs(harness.player.state.position.seconds - 2.2) < 0.001)
    #expect(harness.events.suffix(2) == [.sought, .sought])
    expectSteady(harness.recorder)
  }

  @Test func `a seek in a pause shows the frame and stays paused`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) }], order: ["a"])
    harness.clock.run(to: 1)
    harness.player.pause()
    harness.clock.run(to: 2)
    let before = harness.recorder.seen.count
    harness.player.seek(to: MediaTime(seconds: 5))
    harness.clock.run(to: 9)
    #expect(harness.events.suffix(2) == [.paused, .sought])
    #expect(harness.recorder.seen.count == before + 1)
    #expect(
      harness.player.state.position == MediaTime(seconds: 5) || abs(harness.player.state.position.seconds - 5) < 1e-3)
    #expect(harness.player.state.isPaused)
  }

  @Test func `a seek beyond the end goes to the next item`() {
    let scripts: [String: @Sendable (VirtualClock) -> ScriptedSource] = [
      "a": { ScriptedSource(clock: $0, count: 90) }, "b": { ScriptedSource(clock: $0, count: 90) },
    ]
    let harness = harness(scripts, order: ["a", "b"])
    harness.clock.run(to: 0.5)
    harness.player.seek(to: MediaTime(seconds: 99))
    harness.clock.run(to: 1)
    #expect(harness.player.state.item?.name == "b")
    expectSteady(harness.recorder)
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `next, previous and go change the item at once, round the ends`() {
    let script: @Sendable (VirtualClock) -> ScriptedSource = { ScriptedSource(clock: $0, count: 300) }
    let harness = harness(["a": script, "b": script, "c": script], order: ["a", "b", "c"])
    func now(_ time: Double) -> String? {
      harness.clock.run(to: time)
      return harness.player.state.item?.name
    }
    #expect(now(1) == "a")
    harness.player.next()
    #expect(now(1.001) == "b")
    harness.player.previous()
    #expect(now(2.001) == "a")
    harness.player.previous()
    #expect(now(3.001) == "c")
    harness.player.next()
    #expect(now(4.001) == "a")
    harness.player.go(to: 2)
    #expect(now(5.001) == "c")
    harness.player.go(to: 99)
    harness.player.go(to: -1)
    #expect(now(6) == "c")
    expectSteady(harness.recorder)
    #expect(harness.events.count == 6)
  }

  @Test func `bad items are skipped, named once, and not tried again and again`() {
    let opened = Monitor(0)
    let clock = Monitor<VirtualClock?>(nil)
    let harness = PlayerHarness(
      ["bad", "a", "worse"],
      open: { item, _ throws(MediaError) in
        if item.name == "a" { return ScriptedSource(clock: clock.wait { $0 }!, count: 30) }
        opened.update { $0 += 1 }
        throw .notMedia
      })
    clock.update { $0 = harness.clock }
    harness.clock.run(to: 4)
    #expect(harness.player.state.item?.name == "a")
    #expect(harness.player.state.skipped.map(\.item.name) == ["bad", "worse"])
    #expect(harness.player.state.skipped.first?.reason == MediaError.notMedia.description)
    #expect(opened.withLock { $0 } == 2)
    #expect(harness.events.count == 3)
    expectSteady(harness.recorder)
  }

  @Test func `with nothing to play the test card is on, and the sources are looked at again now and then`() {
    let attempts = Monitor(0)
    let isThere = Monitor(false)
    let clock = Monitor<VirtualClock?>(nil)
    let harness = PlayerHarness(
      ["a"],
      open: { _, _ throws(MediaError) in
        attempts.update { $0 += 1 }
        guard isThere.withLock({ $0 }) else { throw .notMedia }
        return ScriptedSource(clock: clock.wait { $0 }!, count: 300)
      })
    clock.update { $0 = harness.clock }
    harness.clock.run(to: 21)
    #expect(harness.player.state.isTestCard)
    #expect(harness.player.state.item == nil)
    #expect((4...6).contains(attempts.withLock { $0 }))
    #expect(harness.events.last == .testCard(reason: "a: \(MediaError.notMedia)"))
    isThere.update { $0 = true }
    harness.clock.run(to: 27)
    #expect(!harness.player.state.isTestCard)
    #expect(harness.player.state.item?.name == "a")
    expectSteady(harness.recorder)
  }

  @Test func `an item without a picture is bad, though it opens`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 0) }], order: ["a"])
    harness.clock.run(to: 3)
    #expect(harness.player.state.isTestCard)
    #expect(
      harness.events.first
        == .skipped(PlaylistItem(name: "a", url: "script://a"), reason: "no picture in it can be decoded"))
  }

  @Test func `an item that breaks off at once is named and left alone`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 3, failure: .timedOut) }], order: ["a"])
    harness.clock.run(to: 20)
    #expect(harness.player.state.isTestCard)
    #expect(harness.player.state.skipped.map(\.reason) == ["it breaks off at 0 s: no data came in time"])
    #expect(harness.events.filter { if case .skipped = $0 { true } else { false } }.count <= 4)
  }

  @Test func `a file that claims a thousand frames a second is not late for that`() {
    let harness = harness(
      ["a": { ScriptedSource(clock: $0, count: 3000, framerate: 1000, cost: { $0 % 33 == 0 ? 0.002 : 0 }) }],
      order: ["a"])
    harness.clock.run(to: 2)
    #expect(harness.player.state.counters.droppedLate == 0)
  }

  @Test func `a still picture stays for a while`() {
    let harness = harness(
      ["a": { ScriptedSource(clock: $0, count: 1) }, "b": { ScriptedSource(clock: $0, count: 300) }], order: ["a", "b"])
    harness.clock.run(to: 9.9)
    #expect(harness.recorder.seen.count == 1)
    harness.clock.run(to: 10.1)
    #expect(harness.player.state.item?.name == "b")
  }

  @Test func `a playlist that is not repeated holds its last frame, and plays again on request`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 30) }], order: ["a"], repeats: false)
    harness.clock.run(to: 5)
    #expect(harness.recorder.seen.count == 30)
    #expect(harness.player.state.hasEnded)
    #expect(harness.events.last == .ended)
    harness.player.play()
    harness.clock.run(to: 5.5)
    #expect(!harness.player.state.hasEnded)
    #expect(harness.recorder.seen.count > 40)
    // It is not over any more: whoever was told so is told that.
    let item = PlaylistItem(name: "a", url: "script://a")
    #expect(harness.events == [.started(item, index: 0), .ended, .started(item, index: 0)])
  }

  @Test func `an item that ends long before its end is named, and played again as far as it goes`() {
    let harness = harness(
      ["a": { ScriptedSource(clock: $0, count: 90, claims: 8) }, "b": { ScriptedSource(clock: $0, count: 30) }],
      order: ["a", "b"])
    harness.clock.run(to: 3.5)
    let item = PlaylistItem(name: "a", url: "script://a")
    let skipped = [PlayerState.Skipped(item: item, reason: "it breaks off at 3 s of 8")]
    #expect(harness.player.state.item?.name == "b")
    #expect(harness.player.state.skipped == skipped)
    harness.clock.run(to: 20)
    #expect(harness.player.state.skipped == skipped)
    #expect(harness.events.filter { if case .skipped = $0 { true } else { false } }.count == 1)
    let started = harness.events.filter { $0 == .started(item, index: 0) }.count
    #expect(started >= 4)
    #expect(harness.recorder.seen.count == 601)
  }

  @Test func `an item that fails after a while is named in the state too`() {
    let harness = harness(
      [
        "a": { ScriptedSource(clock: $0, count: 90, failure: .timedOut) },
        "b": { ScriptedSource(clock: $0, count: 30) },
      ], order: ["a", "b"])
    harness.clock.run(to: 3.5)
    #expect(harness.player.state.skipped.map(\.reason) == ["it breaks off at 2 s: no data came in time"])
  }

  /// As a disk that is gone: the read neither comes back nor fails.
  @Test func `an item of which nothing more is read is over after six seconds, and named`() {
    let harness = harness(
      [
        "a": { ScriptedSource(clock: $0, count: 300, hangs: 45) }, "b": { ScriptedSource(clock: $0, count: 3000) },
      ], order: ["a", "b"])
    harness.clock.run(to: 7)
    #expect(harness.recorder.seen.count == 45)
    #expect(harness.player.heartbeat.resting == .reading)
    harness.clock.run(to: 8)
    #expect(harness.player.state.item?.name == "b")
    #expect(harness.player.state.skipped.map(\.reason) == ["it breaks off at 1 s: no data came in time"])
  }

  @Test func `a seek to behind the end is no proof that something is missing`() {
    let harness = harness(
      ["a": { ScriptedSource(clock: $0, count: 90, claims: 3) }, "b": { ScriptedSource(clock: $0, count: 90) }],
      order: ["a", "b"])
    harness.clock.run(to: 0.5)
    harness.player.seek(to: MediaTime(seconds: 99))
    harness.clock.run(to: 1)
    #expect(harness.player.state.item?.name == "b")
    #expect(harness.player.state.skipped.isEmpty)
  }

  /// A player whose openers run when a test says so.
  private func player(
    run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Bool
  ) -> (player: Player, clock: VirtualClock) {
    let clock = VirtualClock()
    let environment = Player.Environment(
      clock: clock, open: { _, _ throws(MediaError) in ScriptedSource(clock: clock, count: 300) },
      testCard: { () throws(MediaError) in try TestCardSource.brief() }, run: run)
    let configuration = PlayerConfiguration(sources: ["script://a", "script://b", "script://c"])
    return (Player(configuration: configuration, environment: environment), clock)
  }

  @Test func `a flood of commands has two openers at work, and the last command holds`() {
    let works = Monitor([@Sendable () -> Void]())
    let (player, clock) = player { work in
      works.update { $0.append(work) }
      return true
    }
    player.start()
    clock.run(to: 0.01)
    for round in 0..<200 {
      player.go(to: round % 3)
      clock.run(to: 0.01 + Double(round) / 1e6)
    }
    #expect(works.withLock { $0.count } == 2)
    // Broken off, they come to their ends; the one that is wanted is opened then.
    for _ in 0..<2 {
      let underway = works.withLock { works in
        defer { works = [] }
        return works
      }
      for work in underway { work() }
      clock.run(to: 0.1)
    }
    #expect(player.state.item?.name == "b")
    #expect(works.withLock { $0.isEmpty })
    clock.release()
    player.stop()
  }

  @Test func `without a thread for an opener the next second brings another try`() {
    let isShort = Monitor(true)
    let tries = Monitor(0)
    let (player, clock) = player { work in
      tries.update { $0 += 1 }
      if isShort.withLock({ $0 }) { return false }
      work()
      return true
    }
    player.start()
    clock.run(to: 3.5)
    #expect(player.state.isTestCard)
    #expect((3...5).contains(tries.withLock { $0 }))
    isShort.update { $0 = false }
    clock.run(to: 5)
    #expect(player.state.item?.name == "a")
    clock.release()
    player.stop()
  }

  @Test func `commands that nobody comes to are bounded, and those that were dropped are counted`() {
    let (player, clock) = player { work in
      work()
      return true
    }
    for _ in 0..<100 { player.go(to: 1) }
    player.start()
    clock.run(to: 0.5)
    #expect(player.state.counters.droppedCommands == 36)
    #expect(player.state.item?.name == "b")
    clock.release()
    player.stop()
  }

  @Test func `those who sleep get nothing`() {
    let harness = harness(["a": { ScriptedSource(clock: $0, count: 300) }], order: ["a"], isAwake: false)
    harness.clock.run(to: 1)
    #expect(harness.recorder.seen.isEmpty)
    #expect(abs((harness.player.current.latest?.time.seconds ?? 0) - 1) < 0.04)
    // Half of the frames are not even decoded.
    #expect((15...20).contains(harness.player.state.counters.decoded))
    harness.recorder.isAwake = true
    harness.clock.run(to: 2)
    #expect((26...30).contains(harness.recorder.seen.count))
  }

  @Test func `opening that takes long shows the test card first`() {
    let box = Monitor<VirtualClock?>(nil)
    let waiting = Monitor<(@Sendable () -> Void)?>(nil)
    let configuration = PlayerConfiguration(sources: ["script://a"])
    let clock = VirtualClock()
    box.update { $0 = clock }
    let environment = Player.Environment(
      clock: clock,
      open: { _, _ throws(MediaError) in ScriptedSource(clock: box.wait { $0 }!, count: 300) },
      testCard: { () throws(MediaError) in try TestCardSource.brief() },
      run: { work in
        waiting.update { $0 = work }
        return true
      })
    let player = Player(configuration: configuration, environment: environment)
    player.start()
    clock.run(to: 0.9)
    #expect(player.current.latest == nil)
    clock.run(to: 1.1)
    #expect(player.state.isTestCard)
    waiting.withLock { $0 }?()
    clock.run(to: 1.2)
    #expect(player.state.item?.name == "a")
    player.stop()
  }
}

extension TestCardSource {
  /// A small one.
  static func brief() throws(MediaError) -> TestCardSource {
    try TestCardSource(size: VideoSize(width: 64, height: 32), framerate: 30)
  }
}
