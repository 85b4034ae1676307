import BrowserDriver
import Testing

/// The page's modules that know neither connection nor document.
extension BrowserTests {
  @Suite struct ViewerModuleTests {
    @Test func `applies patches in order, ignores old ones, and notices a gap`() async throws {
      try await StandInServer.withPage { page in
        let results: [Bool] = try await page.evaluate(
          """
          import('/js/programme.js').then(({ Programme }) => {
            const programme = new Programme();
            const results = [
              programme.apply({ type: 'welcome', rev: 4, programme: { preset: 1 }, notice: 'words' }),
              programme.apply({ type: 'patch', rev: 5, programme: { preset: 2 } }) && programme.preset === 2,
              programme.apply({ type: 'patch', rev: 5, programme: { preset: 9 } }) && programme.preset === 2,
              programme.notice === 'words',
              programme.apply({ type: 'patch', rev: 6, notice: null }) && programme.notice === null,
              !programme.apply({ type: 'patch', rev: 8, programme: { preset: 3 } }) && programme.preset === 2,
              programme.apply({ type: 'state', rev: 8, programme: { preset: 3 } }) && programme.preset === 3,
            ];
            const presets = [{ number: 2, name: 'b' }, { number: 'x' }, null, { number: 0, name: 'a' }];
            programme.apply({ type: 'patch', rev: 9, presets });
            results.push(programme.presets.map(({ number }) => number).join() === '0,2');
            results.push(programme.presetBeside(0, -1).number === 2, programme.presetBeside(77, 1).number === 2);
            return results;
          })
          """)
        #expect(results.count == 10)
        #expect(results.allSatisfy { $0 }, "\(results)")
      }
    }

    @Test func `the clock believes the fastest round trip, and latency crosses the timestamp's wrap`() async throws {
      try await StandInServer.withPage { page in
        let values: [Double] = try await page.evaluate(
          """
          import('/js/latency.js').then(({ ServerClock, FrameLatency, ticksSince }) => {
            const clock = new ServerClock();
            const origin = performance.timeOrigin;
            clock.add(1000, 1100, origin + 1090 + 500);
            clock.add(2000, 2010, origin + 2005 + 500);
            clock.add(3000, 3200, origin + 3199 + 500);
            const latency = new FrameLatency(clock);
            const now = performance.now();
            latency.present(0xfffffff0 + 900 - 2 ** 32, now + 25);
            latency.tie([[0xfffffff0, 0], [0xfffffff0 + 900 - 2 ** 32, origin + now + 500 + 10], ['x', null], null ?? []]);
            const waited = latency.presentationOf(0xfffffff8) - now;
            return [clock.offset, clock.roundTrip, latency.median, waited, ticksSince(5, 0xfffffffb)];
          })
          """)
        #expect(values.count == 5)
        #expect(zip(values, [500, 10, 15, 25, 10]).allSatisfy { abs($0 - $1) < 0.01 }, "\(values)")
      }
    }

    @Test(arguments: [-3_600_000, 31_536_000_000])
    func `a server's clock that is set is followed at once, and latency begins anew`(step: Int) async throws {
      try await StandInServer.withPage { page in
        let values: [Double] = try await page.evaluate(
          """
          import('/js/latency.js').then(({ ServerClock, FrameLatency }) => {
            const clock = new ServerClock();
            const latency = new FrameLatency(clock);
            const origin = performance.timeOrigin;
            clock.add(1000, 1010, origin + 1005 + 500);
            latency.present(1, 1500);
            latency.present(2, 1600);
            latency.present(3, 2500);
            latency.tie([[1, origin + 1500 + 500 - 15]]);
            const before = latency.median;
            // Between the change and the next pong the two do not fit.
            latency.tie([[2, origin + 1600 + 500 + \(step) - 15]]);
            clock.add(2000, 2300, origin + 2150 + 500 + \(step));
            latency.tie([[3, origin + 2500 + 500 + \(step) - 15]]);
            return [before, clock.offset - \(step), clock.roundTrip, latency.median, latency.samples.length];
          })
          """)
        #expect(values.count == 5)
        #expect(zip(values, [15, 500, 300, 15, 1]).allSatisfy { abs($0 - $1) < 0.01 }, "\(values)")
      }
    }

    @Test func `durations are written as people write them`() async throws {
      try await StandInServer.withPage { page in
        let texts: [String] = try await page.evaluate(
          "import('/js/text.js').then(({ duration }) => [-1, 0, 64.9, 600, 3729].map(duration))")
        #expect(texts == ["0:00", "0:00", "1:04", "10:00", "1:02:09"])
      }
    }
  }
}
