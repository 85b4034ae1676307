import Foundation
import Testing

extension WholeApplianceTests {
  /// The disk of the state directory, in a mount namespace of its own: needs no rights, and goes with the process.
  @Suite struct DiskTests {
    /// Starts Cupola with a tmpfs as its state directory, after a shell has done `preparing` to it.
    ///
    /// - Parameter preparing: `$state` is the directory.
    private func start(in folder: TemporaryFolder, preparing: String) async throws -> CupolaProcess {
      let state = folder["state"]
      try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
      let script =
        "state='\(state)'; mount -t tmpfs -o size=8k,mode=700 cupola-test \"$state\" && \(preparing) && exec \"$@\""
      return try await CupolaProcess.start(
        in: folder, launcher: ["/usr/bin/unshare", "--map-root-user", "--mount", "/bin/sh", "-c", script, "sh"])
    }

    /// The state directory as the process sees it.
    private func state(of server: CupolaProcess, in folder: TemporaryFolder) throws -> String {
      "/proc/\(try #require(server.processID))/root" + folder["state"]
    }

    /// What has to work whatever the disk is like.
    private func expectAtWork(_ server: CupolaProcess, seed: UInt64) async throws {
      let player = try await server.watch(seed: seed)
      #expect(player.seesMore(10))
      #expect(try await server.request("GET", "readyz").status == 200)
      #expect(try await server.health().status == "ok")
      player.close()
    }

    @Test func `on a full disk it plays, warns once, and saves again when there is room`() async throws {
      let folder = try TemporaryFolder()
      let server = try await start(
        in: folder, preparing: #"{ head -c 65536 /dev/zero > "$state/ballast" 2>/dev/null || true; }"#)
      try await expectAtWork(server, seed: 101)
      let player = try await server.watch(seed: 104)
      let failures = try #require(
        try server.metric("cupola_state_write_failures_total", while: player) { $0 >= 3 })
      print("failed writes: \(failures)")
      #expect(failures >= 3)
      #expect(server.log.count(of: "The state cannot be saved") == 1)
      let warning = try #require(server.log.split(separator: "\n").first { $0.contains("cannot be saved") })
      print(warning)
      #expect(warning.contains(folder["state"]) && warning.contains("No space left on device"))

      let state = try state(of: server, in: folder)
      try FileManager.default.removeItem(atPath: state + "/ballast")
      #expect(server.hasLogged("The state can be saved again"))
      #expect(try String(contentsOfFile: state + "/state", encoding: .utf8).hasPrefix("cupola-state 1 "))
      #expect(!FileManager.default.fileExists(atPath: state + "/state.new"))
      #expect(server.log.count(of: "The state cannot be saved") == 1)
      #expect(server.isWithoutAlarm)
    }

    @Test func `on a read-only disk it plays, warns once, and saves again when it may write`() async throws {
      let folder = try TemporaryFolder()
      let server = try await start(in: folder, preparing: #"mount -o remount,ro "$state""#)
      try await expectAtWork(server, seed: 102)
      let player = try await server.watch(seed: 105)
      #expect(try server.metric("cupola_state_write_failures_total", while: player) { $0 >= 3 } ?? 0 >= 3)
      #expect(server.log.count(of: "The state cannot be saved") == 1)
      let warning = try #require(server.log.split(separator: "\n").first { $0.contains("cannot be saved") })
      print(warning)
      #expect(warning.contains(folder["state"]) && warning.contains("Read-only file system"))

      let process = "\(try #require(server.processID))"
      let remount = SupervisedProcess(
        [
          "/usr/bin/nsenter", "--target", process, "--user", "--preserve-credentials", "--mount", "/bin/mount", "-o",
          "remount,rw", folder["state"],
        ], errors: folder["remount"], limit: .seconds(10))
      #expect(await remount.ended.value.exit == .code(0))
      #expect(server.hasLogged("The state can be saved again"))
      #expect(FileManager.default.fileExists(atPath: try state(of: server, in: folder) + "/state"))
      #expect(server.isWithoutAlarm)
    }

    @Test func `without a PIN in the configuration a full disk gives one for this run, and says so`() async throws {
      let folder = try TemporaryFolder()
      let state = folder["state"]
      // A file where the directory is to be.
      try folder.write("", to: "state")
      let server = try await CupolaProcess.start(in: folder, pin: nil)
      try await expectAtWork(server, seed: 103)
      #expect(server.log.contains("The operator PIN is for this run only: \(state) cannot be written"))
      let player = try await server.watch(seed: 106)
      #expect(try server.metric("cupola_state_write_failures_total", while: player) { $0 > 0 } ?? 0 > 0)
    }
  }
}
