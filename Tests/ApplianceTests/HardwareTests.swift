import Foundation
import Glibc
import NotifySocket
import SansIO
import Testing
import VATestDriver

extension WholeApplianceTests {
  /// The real program on the tests' VA-API driver: it opens a device like any other, and does not know whose it is.
  @Suite struct HardwareTests {
    /// A service that has tried its device out, plays an item on it, and has a viewer.
    private struct Rig {
      let folder: TemporaryFolder
      let socket: NotifySocket
      let server: CupolaProcess
      let player: LoopbackPlayer

      /// - Parameters:
      ///   - hardware: more of the configuration's `hardware`.
      ///   - faults: what is wrong with the device from the start.
      static func start(playing clip: String? = nil, hardware: String = "", faults: String = "") async throws -> Rig {
        let folder = try TemporaryFolder()
        var media = [folder["clip.mp4"]]
        if let clip { media = [clip] } else { try TestCardClip.make(frames: 600, at: media[0]) }
        try folder.write(faults, to: "faults")
        let socket = NotifySocket(at: folder["notify"])
        var environment = try VATestDriver.environment(faults: folder["faults"], status: folder["status"])
        environment["NOTIFY_SOCKET"] = socket.path
        environment["WATCHDOG_USEC"] = "10000000"
        let server = try await CupolaProcess.start(
          playing: media, video: CupolaProcess.smallVideo + "\nhardware: {device: /dev/null\(hardware)}", in: folder,
          environment: environment)
        let rig = Rig(folder: folder, socket: socket, server: server, player: try LoopbackPlayer(seed: 3))
        try #require(rig.wait { server.log.contains("has been tried out") }, "\(server.log)")
        return rig
      }

      /// Waits for what the log says; systemd's messages come several times a second.
      func wait(_ condition: () -> Bool) -> Bool { socket.wait(seconds: 20) { _ in condition() ? true : nil } == true }

      /// Opens the item anew, and waits until `decoder` decodes it.
      func play(on decoder: String) async throws {
        let contexts = try counters()["contexts-made"] ?? 0
        #expect(try await server.operate("POST", "api/v1/playlist/goto", #"{"index":0}"#).status == 202)
        // The status is told when it changes only.
        let isOn = socket.wait(seconds: 10) { messages -> Bool? in
          let status = messages.flatMap(\.fields).last { $0.hasPrefix("STATUS=") }
          guard status?.hasSuffix("; \(decoder) decode") == true else { return nil }
          guard decoder != "software" else { return true }
          return ((try? counters()["contexts-made"]) ?? 0) > contexts ? true : nil
        }
        #expect(isOn == true, "\(server.log)")
      }

      func join() async throws {
        let answer = try await server.request(
          "POST", "whep/0", headers: ["Content-Type": "application/sdp"], body: player.offer)
        try player.accept(answer.text)
        #expect(player.run { $0.frames.count >= 15 })
      }

      /// Changes what is wrong with the device, at once.
      func inject(_ faults: String) throws {
        try folder.write(faults + "\n", to: "faults.new")
        #expect(rename(folder["faults.new"], folder["faults"]) == 0)
      }

      /// The driver's counters.
      func counters() throws -> [String: Int] { try VATestDriver.counters(at: folder["status"]) }

      func count(_ text: String) -> Int { server.log.components(separatedBy: text).count - 1 }

      /// The longest time without a picture between those that are there and 30 more after `isOver`, in seconds.
      func longestGap(until isOver: () -> Bool) -> Double? {
        let begin = player.frames.count - 1
        var end: Int?
        let hasCome = player.run { player in
          if end == nil, isOver() { end = player.frames.count + 30 }
          return end.map { player.frames.count >= $0 } ?? false
        }
        guard hasCome else { return nil }
        let frames = player.frames[begin...]
        // RTP time goes on, and never back.
        #expect(
          zip(frames, frames.dropFirst()).allSatisfy {
            (1..<90_000).contains(Int32(bitPattern: $1.timestamp &- $0.timestamp))
          })
        return zip(frames, frames.dropFirst()).map { Double(($1.arrival - $0.arrival).wholeNanoseconds) / 1e9 }.max()
      }
    }

    @Test func `what is decoded on a device is said to be, and only that`() async throws {
      let rig = try await Rig.start()
      try await rig.play(on: "VA-API")
      let before = try rig.counters()["decoded-h264"] ?? 0
      try await rig.join()
      let counters = try rig.counters()
      #expect((counters["decoded-h264"] ?? 0) > before)
      #expect((counters["encoded-h264"] ?? 0) > 30)
      let metrics = try await rig.server.request("GET", "metrics").text
      #expect(metrics.contains(#"cupola_decoder_info{kind="VA-API"} 1"#))
      // One decoder plays, another may open the next item.
      #expect(metrics.contains(/cupola_surfaces_held_most\{work="decode"\} [12]\n/))
      #expect(metrics.contains(/cupola_surfaces_held_most\{work="encode"\} [1-6]\n/))
      #expect(metrics.contains(#"work="decode H.264 High"} 1"#))
      #expect(try await rig.server.request("GET", "healthz").text.contains(#""decoder":"VA-API""#))
    }

    @Test(arguments: [
      "decode-error-from 0", "hang-sync", "slow-sync 3000", "device-lost", "derive-refused; alloc-fails images",
      "alloc-fails buffers",
    ])
    func `a fault in the middle of an item is a moment's pause, and hardware comes back with the next`(fault: String)
      async throws
    {
      let rig = try await Rig.start()
      try await rig.play(on: "VA-API")
      try await rig.join()
      let contexts = try rig.counters()["contexts-made"] ?? 0
      try rig.inject(fault)
      let gap = try #require(
        rig.longestGap { rig.count("Decoding (decoder software") >= 2 }, "\(rig.server.log)")
      print("\(fault): the longest pause was \(Int(gap * 1000)) ms")
      // A second is the figure, which is printed; five are a hang on any machine.
      #expect(gap < 5)
      #expect(rig.player.closed == nil)
      let health = try await rig.server.request("GET", "healthz").text
      #expect(
        health.contains(#""decoder":"software""#) && health.contains(#""decoderReason":"the graphics device failed: "#))
      let metrics = try await rig.server.request("GET", "metrics").text
      #expect(metrics.contains(#"cupola_decoder_info{kind="software"} 1"#))
      // What a driver keeps that hangs is still counted.
      if fault == "hang-sync" { #expect(metrics.contains(/cupola_surfaces_held\{work="decode"\} [1-9]/)) }
      #expect(rig.wait { rig.count("Software goes on where the graphics device failed") >= 1 })
      #expect(rig.count("(at decoding") == 1)

      try rig.inject("")
      try await rig.play(on: "VA-API")
      #expect(try (rig.counters()["contexts-made"] ?? 0) > contexts)
      // A call that is late comes back in its own time.
      var isGivenBack = false
      for _ in 0..<100 where !isGivenBack {
        let seen = rig.player.frames.count
        #expect(rig.player.run { $0.frames.count >= seen + 5 })
        let metrics = try await rig.server.request("GET", "metrics").text
        isGivenBack = metrics.contains(/cupola_surfaces_held\{work="decode"\} [01]\n/)
      }
      #expect(isGivenBack)
      #expect(rig.player.run { player in player.closed != nil || player.frames.last.map { _ in true } == true })
      #expect(rig.player.closed == nil)
    }

    @Test(arguments: ["encode-error-from 0", "upload-refused", "upload-refused late; derive-refused", "device-lost"])
    func `an encoder that fails gives way to the processor's, once and with the reason`(fault: String) async throws {
      let rig = try await Rig.start()
      try await rig.play(on: "VA-API")
      try await rig.join()
      #expect(try (rig.counters()["encoded-h264"] ?? 0) > 30)
      try rig.inject(fault)
      let gap = try #require(rig.longestGap { rig.count("(at encoding") >= 1 }, "\(rig.server.log)")
      print("encoding, \(fault): the longest pause was \(Int(gap * 1000)) ms")
      // A second is the figure, which is printed; five are a hang on any machine.
      #expect(gap < 5)
      #expect(rig.player.closed == nil)
      #expect(rig.count("(at encoding") == 1)
    }

    @Test func `three failures put the device aside`() async throws {
      let rig = try await Rig.start()
      for _ in 0..<3 {
        try rig.inject("")
        try await rig.play(on: "VA-API")
        let failures = rig.count("Decoding (decoder software")
        try rig.inject("decode-error-from 0")
        #expect(rig.wait { rig.count("Decoding (decoder software") > failures })
      }
      #expect(rig.wait { rig.count("left alone for an hour") == 1 })
      try rig.inject("")
      try await rig.play(on: "software")
      #expect(
        rig.wait { rig.server.log.contains("reason the graphics device has been put aside") }, "\(rig.server.log)")
      #expect(rig.count("(at decoding") == 1)
    }

    @Test(arguments: ["", "layout pitch2x", "layout tight", "layout shifted"])
    func `a picture of another size goes on in hardware, in whatever layout`(fault: String) async throws {
      let folder = try TemporaryFolder()
      let rig = try await Rig.start(playing: Self.sizes(in: folder))
      try await rig.play(on: "VA-API")
      try await rig.join()
      let made = try rig.counters()["contexts-made"] ?? 0
      try rig.inject(fault)
      let gap = try #require(rig.longestGap { ((try? rig.counters()["contexts-made"]) ?? 0) > made })
      print("another size, \(fault): the longest pause was \(Int(gap * 1000)) ms")
      // A second is the figure, which is printed; five are a hang on any machine.
      #expect(gap < 5)
      #expect(try await rig.server.request("GET", "metrics").text.contains(#"cupola_decoder_info{kind="VA-API"} 1"#))
      #expect(rig.player.closed == nil)
    }

    @Test(arguments: [
      "max-size 1000x1000", "few-surfaces 2", "context-refused decode", "profile-missing H264High",
      "alloc-fails surfaces",
    ])
    func `a picture of another size goes on in software where the device has no room for it`(fault: String) async throws
    {
      let folder = try TemporaryFolder()
      let rig = try await Rig.start(playing: Self.sizes(in: folder))
      try await rig.play(on: "VA-API")
      try await rig.join()
      try rig.inject(fault)
      let gap = try #require(rig.longestGap { rig.count("Decoding (decoder software") >= 2 }, "\(rig.server.log)")
      print("another size, \(fault): the longest pause was \(Int(gap * 1000)) ms")
      // A second is the figure, which is printed; five are a hang on any machine.
      #expect(gap < 5)
      #expect(rig.player.closed == nil)
      let health = try await rig.server.request("GET", "healthz").text
      #expect(health.contains(#""decoderReason":"the graphics device failed: "#), "\(health)")
    }

    private static func sizes(in folder: TemporaryFolder) throws -> String {
      for (name, frames) in [("a", 150), ("b", 300)] {
        try TestCardClip.make(frames: frames, at: folder["\(name).mp4"])
      }
      let clip = folder["sizes.ts"]
      try join(small: folder["a.mp4"], large: folder["b.mp4"], in: folder, as: clip)
      return clip
    }

    /// 640x320, then 1280x640 from a key frame on.
    private static func join(small: String, large: String, in folder: TemporaryFolder, as clip: String) throws {
      let script = """
        set -e; cd '\(folder.path)'
        ffmpeg -v error -nostdin -y -i '\(small)' -vf scale=640:320 -c:v libx264 -preset veryfast -bf 2 -g 30 one.ts
        ffmpeg -v error -nostdin -y -i '\(large)' -c copy -bsf:v h264_mp4toannexb -output_ts_offset 5 two.ts
        cat one.ts two.ts > '\(clip)'
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    @Test(arguments: ["flip-bit", "context-refused decode", "few-surfaces 2"])
    func `a device that does not prove itself is not used, and it is said why`(fault: String) async throws {
      let rig = try await Rig.start(faults: fault)
      #expect(rig.server.log.contains("decode H.264 High: the graphics device failed: "))
      try await rig.play(on: "software")
      #expect(
        rig.wait {
          rig.server.log.contains("does not decode H.264 High as it should") || rig.server.log.contains("failed")
        })
      #expect(try await rig.server.request("GET", "metrics").text.contains(#"work="decode H.264 High"} 0"#))
    }

    @Test func `with nobody watching, two pictures a second leave the device`() async throws {
      let rig = try await Rig.start(hardware: ", encode: false")
      try await rig.play(on: "VA-API")
      let (begin, decoded) = (try rig.counters()["images-derived"] ?? 0, try rig.counters()["decoded-h264"] ?? 0)
      #expect(rig.wait { ((try? rig.counters()["decoded-h264"]) ?? 0) > decoded + 40 })
      let counters = try rig.counters()
      let copies = (counters["images-derived"] ?? 0) - begin
      print("\((counters["decoded-h264"] ?? 0) - decoded) pictures decoded, \(copies) copied")
      #expect(copies <= 12)
    }

    @Test func `many reopenings leave nothing behind`() async throws {
      let folder = try TemporaryFolder()
      try TestCardClip.make(frames: 2, at: folder["short.mp4"])
      let rig = try await Rig.start(playing: folder["short.mp4"])
      // With nobody watching it would rest in between.
      let player = try await rig.server.watch(seed: 231)
      func contexts() -> Int { (try? rig.counters()["contexts-made"]) ?? 0 }
      let start = contexts()
      func reopens(_ count: Int) -> Bool {
        for _ in 0..<10 * count where contexts() <= start + count {
          guard player.seesMore(1) else { return false }
        }
        return contexts() > start + count
      }
      #expect(reopens(40))
      let process = try #require(rig.server.processID)
      func files() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count }
      func memory() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        return Int(text.split(separator: " ")[1])! * 4096 / 1_048_576
      }
      let (filesBefore, memoryBefore) = (try files(), try memory())
      #expect(reopens(220))
      print(
        "\(contexts() - start) reopenings: \(filesBefore) → \(try files()) descriptors, \(memoryBefore) → \(try memory()) MB"
      )
      #expect(try files() <= filesBefore + 20)
      #expect(try memory() <= memoryBefore + 40)
      #expect(try (rig.counters()["contexts-open"] ?? 0) <= 4)
    }

    @Test func `the table of probe says what a device can do`() async throws {
      let folder = try TemporaryFolder()
      let configuration = try folder.write("hardware: {device: /dev/null}\n", to: "cupola.yaml")
      try folder.write("profile-missing VP8Version0_3; flip-bit\n", to: "faults")
      let environment = try VATestDriver.environment(faults: folder["faults"])
      let process = SupervisedProcess(
        ["/usr/bin/env"] + environment.map { "\($0.key)=\($0.value)" } + [
          CupolaProcess.program, "probe", "--hardware", "--config", configuration,
        ], errors: folder["errors"], limit: .seconds(60))
      let ending = await process.ended.value
      print(ending.output)
      #expect(ending.exit == .code(0))
      #expect(ending.output.contains("driver   Cupola's test driver"))
      #expect(ending.output.contains("not offered: VP8"))
      #expect(ending.output.contains("pictures are not as in software"))
      #expect(try String(contentsOfFile: folder["errors"], encoding: .utf8) == "")
      let none = SupervisedProcess(
        [CupolaProcess.program, "probe", "--hardware", "--config", try folder.write("", to: "empty.yaml")],
        errors: folder["errors"], limit: .seconds(60))
      let answer = await none.ended.value
      if !FileManager.default.fileExists(atPath: "/dev/dri/renderD128") {
        #expect(answer.exit == .code(69) && answer.output.contains("none: there is no graphics device"))
      }
    }
  }
}
