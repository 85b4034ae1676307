import BrowserDriver
import Foundation
import Glibc
import RTP
import Testing

extension WholeApplianceTests {
  /// A machine without a battery for its clock gets the time minutes after its start.
  @Suite struct ClockTests {
    @Test func `a clock that is set back an hour and forward a year changes nothing for who watches`() async throws {
      let folder = try TemporaryFolder()
      let clock = try FakeClock()
      let supervisor = try DeafSupervisor(at: folder["notify"])
      let environment = clock.environment.merging(["NOTIFY_SOCKET": supervisor.path, "WATCHDOG_USEC": "10000000"]) {
        $1
      }
      let server = try await CupolaProcess.start(in: folder, environment: environment)
      let player = try await server.watch(seed: 130)
      #expect(player.run { $0.statistics.senderReports >= 1 })
      let first = try #require(player.statistics.lastSenderReport)
      let wasThere = first.ntp.wallClock
      #expect(abs(wasThere - Date().timeIntervalSince1970) < 5)

      for offset: Int64 in [-3600, 365 * 86_400, 0] {
        let (seen, reports) = (player.frames.count, player.statistics.senderReports)
        try clock.set(ahead: offset)
        // The clock did reach it: who comes now is told the new time.
        let newcomer = try await server.watch(seed: 131)
        #expect(newcomer.run { $0.statistics.senderReports >= 1 })
        let told = try #require(newcomer.statistics.lastSenderReport).ntp.wallClock
        let distance = told - Date().timeIntervalSince1970
        print("set by \(offset) s: newcomers are told a time that is \(Int(distance)) s ahead")
        #expect(abs(distance - Double(offset)) < 5)
        newcomer.close()

        #expect(player.seesMore(45))
        #expect(player.run { $0.statistics.senderReports >= reports + 2 })
        // On it goes, whatever the wall clock did; who joins has the frame that is on sent once more, a part of a period
        // later, and a few may be missing where others take the processor.
        let times = player.frames[(seen - 1)...].map(\.timestamp)
        let steps = zip(times, times.dropFirst()).map { Int(Int32(bitPattern: $1 &- $0)) }
        #expect(steps.allSatisfy { (1...18_100).contains($0) }, "\(steps)")
        // The report's two clocks go on together.
        let last = try #require(player.statistics.lastSenderReport)
        let (wall, media) = (
          last.ntp.wallClock - wasThere, Double(last.timestamp &- first.timestamp) / 90_000
        )
        #expect(wall > 0 && abs(wall - media) < 0.2, "\(wall) s by the wall clock, \(media) s of RTP time")
        let health = try await server.health()
        #expect(health.status == "ok" && health.ready)
        #expect(health.stages.allSatisfy { $0.overdue < 1 })
      }
      #expect(server.isWithoutAlarm)
      let notes = supervisor.messages()
      #expect(!notes.contains("WATCHDOG=trigger") && notes.contains("WATCHDOG=1"))
      let ending = await server.end(by: SIGTERM)
      #expect(ending.exit == .code(0))
      #expect(ending.after.map { $0 < .seconds(2) } == true)
    }
  }
}

extension NTPTime {
  /// Seconds since 1970.
  fileprivate var wallClock: Double { Double(bits >> 32) - 2_208_988_800 + Double(bits & 0xFFFF_FFFF) / 4_294_967_296 }
}
