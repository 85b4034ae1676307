import CupolaConfiguration
import Foundation
import Media
import SansIO
import Testing

@Suite struct ConfigurationTests {
  private func errors(_ yaml: String) -> [String] {
    do {
      _ = try ApplianceConfiguration(yaml: yaml, file: "cupola.yaml")
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  @Test func `what is said of every picture's shape, and a preset's kind`() throws {
    let configuration = try ApplianceConfiguration(
      yaml: """
        source: { projection: dual-fisheye, stereo: mono, eye: right, lens-fov: 195.5, heading: -90 }
        presets: [{ number: 0, name: planet, pitch: -90, fov: 300, kind: stereographic }]
        """, file: "cupola.yaml")
    #expect(
      configuration.shape
        == ShapeOverride(
          projection: .dualFisheye, stereo: .mono, eye: .right, lensFieldOfView: 195.5, heading: -90))
    #expect(configuration.presets.map(\.kind) == [.stereographic])
    let wrong = "source: { projection: round }\npresets: [{ number: 0, name: a, kind: flat }]\n"
    let errors = try #require(throws: ConfigurationErrors.self) {
      try ApplianceConfiguration(yaml: wrong, file: "cupola.yaml")
    }
    #expect(errors.errors.count == 2)
    #expect("\(errors.errors[0])".contains("the projection round is unknown; allowed are equirectangular"))
  }

  @Test func `the file that is installed says what the defaults are`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("etc/cupola/cupola.yaml"), encoding: .utf8)
    #expect(try ApplianceConfiguration(yaml: text, file: "cupola.yaml") == ApplianceConfiguration())
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "server: {}\n"])
  func `an empty file is all defaults`(yaml: String) throws {
    #expect(try ApplianceConfiguration(yaml: yaml, file: "cupola.yaml") == ApplianceConfiguration())
  }

  @Test func `the default presets are the six sides, and home is the front`() {
    let presets = ApplianceConfiguration.defaultPresets
    #expect(presets.map(\.name) == ["front", "right", "back", "left", "up", "down"])
    #expect(presets.map(\.number) == [0, 1, 2, 3, 4, 5])
    #expect(presets[0].yaw == 0 && presets[0].pitch == 0 && presets[0].roll == 0)
  }

  @Test func `an address is kept as it was written, and nothing else is taken for one`() {
    for (text, host) in [("0.0.0.0:8080", "0.0.0.0"), ("[::]:0", "::"), ("[2001:DB8::0:1]:65535", "2001:DB8::0:1")] {
      let endpoint = ApplianceConfiguration.Endpoint(text)
      #expect(endpoint?.host == host && endpoint?.description == text)
    }
    for text in [
      "", ":", ":80", "80", "::1:80", "[1.2.3.4]:80", "[::1:80", "[]:80", "[::1]", "[::1]:", "h:80", "1.2.3.4:65536",
      "[[::1]]:1",
    ] {
      #expect(ApplianceConfiguration.Endpoint(text) == nil, "\(text)")
    }
  }

  @Test func `every key is read`() throws {
    let configuration = try ApplianceConfiguration(
      yaml: """
        server: { http: "[::1]:80", webrtc: 127.0.0.1:0, advertise: [192.0.2.1, "2001:db8::1"], viewers: 7, name: Foyer,
                  hosts: [dome.example], proxies: [10.0.0.1], crossOrigin: true, web: /srv/web }
        playlist:
          sources: [/a, { url: "https://h/b.mp4", insecure: true }, { url: /c, insecure: false }]
          formats: all
          repeat: false
        presets: [{ number: 9, name: stage, yaw: -12.5, pitch: 3, roll: 1, fov: 70 }]
        video: { size: 1920x1080, framerate: 25, bitrate: 2.5M, codecs: [vp8], encoders: 3 }
        hardware: { device: /dev/dri/renderD129, decode: false }
        operator: { pin: "0123" }
        state: { directory: /tmp/x }
        """, file: "cupola.yaml")
    var expected = ApplianceConfiguration()
    expected.server.http = .init(host: "::1", port: 80)
    expected.server.webRTC = .init(host: "127.0.0.1", port: 0)
    expected.server.advertise = ["192.0.2.1", "2001:db8::1"]
    expected.server.viewers = 7
    expected.server.name = "Foyer"
    expected.server.hosts = ["dome.example"]
    expected.server.proxies = ["10.0.0.1"]
    expected.server.crossOrigin = true
    expected.server.webRoot = "/srv/web"
    expected.playlist.sources = ["/a", "https://h/b.mp4", "/c"]
    expected.playlist.insecureSources = ["https://h/b.mp4"]
    expected.playlist.formats = .all
    expected.playlist.repeats = false
    expected.presets = [.init(number: 9, name: "stage", yaw: -12.5, pitch: 3, roll: 1, fov: 70)]
    expected.video.width = 1920
    expected.video.height = 1080
    expected.video.framerate = 25
    expected.video.bitrate = 2_500_000
    expected.video.codecs = [.vp8]
    expected.video.encoders = .count(3)
    expected.hardware.device = .path("/dev/dri/renderD129")
    expected.hardware.decode = false
    expected.operator.pin = "0123"
    expected.stateDirectory = "/tmp/x"
    #expect(configuration == expected)
  }

  @Test(arguments: [
    (
      "server:\n  htpt: 1\n",
      "cupola.yaml:2:3: server.htpt: unknown key; did you mean http? "
        + "allowed are http, webrtc, advertise, viewers, name, hosts, proxies, crossOrigin, web"
    ),
    (
      "wheels: 4\n",
      "cupola.yaml:1:1: wheels: unknown key; allowed are server, playlist, source, presets, video, hardware, operator, state"
    ),
    (
      "presets:\n  - { number: 1, name: a, fov: 300 }\n",
      "cupola.yaml:2:32: presets[0].fov: 300 is out of range (10 to 150 degrees)"
    ),
    (
      "presets:\n  - { number: 256, name: a }\n",
      "cupola.yaml:2:15: presets[0].number: 256 is out of range (0 to 255)"
    ),
    ("presets: []\n", "cupola.yaml:1:10: presets: has 0 entries (1 to 256)"),
    (
      "presets:\n- { number: 1, name: a }\n- { number: 1, name: b }\n",
      "cupola.yaml:3:13: presets[1].number: 1 is another preset's number already"
    ),
    ("video: { bitrate: 4X }\n", "cupola.yaml:1:19: video.bitrate: \"4X\" is not a bit rate (such as 4M or 800k)"),
    ("video: { bitrate: 1k }\n", "cupola.yaml:1:19: video.bitrate: 1k is out of range (100k to 25M)"),
    (
      "video: { size: 1281x720 }\n",
      "cupola.yaml:1:16: video.size: 1281x720 is out of range (even numbers from 64 to 4096)"
    ),
    (
      "hardware: { device: gpu }\n",
      "cupola.yaml:1:21: hardware.device: \"gpu\" is not a device; allowed are auto, none, and a render node such as /dev/dri/renderD128"
    ),
    ("hardware: { decode: maybe }\n", "cupola.yaml:1:21: hardware.decode: \"maybe\" is neither true nor false"),
    (
      "video: { encoders: 0 }\n",
      "cupola.yaml:1:20: video.encoders: \"0\" is neither auto nor a whole number (1 to 512)"
    ),
    ("video: { codecs: [av1] }\n", "cupola.yaml:1:19: video.codecs[0]: \"av1\" is unknown; allowed are h264, vp8"),
    (
      "server: { http: localhost }\n",
      "cupola.yaml:1:17: server.http: \"localhost\" is not an address and a port (such as 0.0.0.0:8080 or [::]:8080)"
    ),
    ("playlist: { repeat: often }\n", "cupola.yaml:1:21: playlist.repeat: \"often\" is neither true nor false"),
    (
      "playlist: /media\n",
      "cupola.yaml:1:11: playlist: expected keys and values (sources, formats, repeat, stillDuration)"
    ),
    (
      "playlist: { formats: some }\n",
      "cupola.yaml:1:22: playlist.formats: \"some\" is unknown; allowed are standard, all"
    ),
    ("playlist: { sources: [{ insecure: true }] }\n", "cupola.yaml:1:23: playlist.sources[0]: needs a url"),
    (
      "playlist: { sources: [{ url: a, safe: no }] }\n",
      "cupola.yaml:1:33: playlist.sources[0].safe: unknown key; allowed are url, insecure"
    ),
    (
      "operator: { pin: 12 }\n",
      "cupola.yaml:1:18: operator.pin: is neither four to twelve digits (in quotes if it begins with 0) nor eight to "
        + "twelve letters and digits without U"
    ),
    (
      "server: { proxies: [10.0.0.1, proxy.lan] }\n",
      "cupola.yaml:1:31: server.proxies[1]: \"proxy.lan\" is not an IP address"
    ),
  ])
  func `a mistake is named with its place and what is allowed`(yaml: String, expected: String) {
    #expect(errors(yaml) == [expected])
  }

  @Test func `what is not YAML is named with its place`() {
    let found = errors("server: {\n")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("cupola.yaml:") == true)
    #expect(found.first?.contains("not YAML") == true)
  }

  @Test func `all mistakes are reported at once, in the order of the file`() {
    let found = errors("server: { viewers: 0, htp: x }\nvideo: { framerate: 1000 }\n")
    #expect(found.count == 3)
  }

  @Test(arguments: [
    "- 1", "1", "a: &x [*x]", "? [1]: 2", "server: [\u{0}]", "presets: [1, null, {}]", "video: ~", "!!binary x: y",
  ])
  func `odd input is refused, with its place`(yaml: String) {
    let found = errors(yaml)
    #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("cupola.yaml:") }, "\(found)")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `noise never traps, and all but what says nothing is refused`(seed: UInt64) {
    var refused = 0
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("{}[]:,-#&*!|>'\"% \n\tabserverpt0123")
    for _ in 0..<500 {
      let text = String((0..<40).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
      if !errors(text).isEmpty { refused += 1 }
    }
    #expect(refused > 480)
  }
}
