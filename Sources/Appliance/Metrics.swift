import Playout
import Signalling
import WebServer

extension Appliance {
  /// Everything that is counted, in Prometheus' text format (version 0.0.4).
  func metrics() async -> String {
    var text = MetricsText()
    let player = player.state
    let counters = player.counters
    text.gauge("cupola_uptime_seconds", "Since the start.", health.uptime)
    text.gauge("cupola_viewers", "Who is watching.", Double(registry.count))
    text.gauge("cupola_test_card", "1 while the test card is on.", player.isTestCard ? 1 : 0)
    text.counter("cupola_frames_decoded_total", "Pictures out of the decoder.", counters.decoded)
    text.counter("cupola_frames_published_total", "Pictures handed to the presets.", counters.published)
    text.counter(
      "cupola_frames_dropped_total", "Pictures that were not handed on, by reason.", label: "reason",
      [("late", counters.droppedLate), ("fast", counters.droppedFast)])
    text.counter("cupola_decode_errors_total", "What the decoder refused.", counters.decodeErrors)
    text.counter("cupola_frames_unsendable_total", "Coded pictures too long to be sent.", channels.unsendableFrames)
    let channels = channels.counters.sorted {
      ($0.stream.preset, $0.stream.codec) < ($1.stream.preset, $1.stream.codec)
    }
    func perChannel(_ value: (PresetChannel.Counters) -> UInt64) -> [(String, UInt64)] {
      channels.map { ("\($0.stream.preset)-\($0.stream.videoCodec?.rawValue ?? "?")", value($0.counters)) }
    }
    text.gauge(
      "cupola_preset_awake", "1 while somebody watches the preset.", label: "stream",
      channels.map { ("\($0.stream.preset)-\($0.stream.videoCodec?.rawValue ?? "?")", $0.isAwake ? 1 : 0) })
    text.counter("cupola_preset_frames_total", "Pictures encoded.", label: "stream", perChannel(\.encoded))
    text.counter("cupola_preset_keyframes_total", "Key frames encoded.", label: "stream", perChannel(\.keyframes))
    text.counter("cupola_preset_bytes_total", "Bytes encoded.", label: "stream", perChannel(\.bytes))
    text.counter(
      "cupola_preset_dropped_total", "Pictures that came while the encoder was busy.", label: "stream",
      perChannel(\.dropped))
    if let network = await driver.statistics() {
      text.counter("cupola_datagrams_received_total", "UDP datagrams in.", network.socket.received)
      text.counter("cupola_datagrams_sent_total", "UDP datagrams out.", network.socket.sent)
      text.counter(
        "cupola_datagrams_refused_total", "UDP datagrams that were not acted on, by reason.", label: "reason",
        [("stray", network.strayDatagrams)] + network.drops.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
      text.counter(
        "cupola_bursts_cut_total", "Frames of which a viewer got a part, by reason.", label: "reason",
        [("buffer_full", network.socket.wouldBlock), ("refused", network.socket.sendFailures)])
      text.counter(
        "cupola_frames_unsent_total", "Frames dropped because the socket thread was behind.", network.framesDropped)
      let peers = network.connections.map(\.peer)
      text.gauge("cupola_media_connections", "WebRTC connections.", Double(peers.count))
      text.gauge(
        "cupola_packets_resent", "Packets sent again to those who watch now.",
        Double(peers.reduce(0) { $0 + $1.packetsResent }))
    }
    let web = webServerStatistics.snapshot
    text.counter(
      "cupola_http_responses_total", "HTTP responses by class.", label: "class",
      [
        ("1xx", web.informational), ("2xx", web.successful), ("3xx", web.redirected), ("4xx", web.clientErrors),
        ("5xx", web.serverErrors),
      ])
    text.gauge("cupola_websockets", "Open WebSockets.", Double(web.webSocketsOpen))
    text.counter(
      "cupola_websockets_refused_total", "WebSockets refused, by reason.", label: "reason",
      web.webSocketRefusals.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 })
    return text.text
  }
}

/// Writes Prometheus' text format.
struct MetricsText {
  private(set) var text = ""

  mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    write(name, help, "gauge", [("", "\(value)")])
  }

  mutating func gauge(_ name: String, _ help: String, label: String, _ values: [(String, Double)]) {
    write(name, help, "gauge", values.map { ("{\(label)=\"\($0.0)\"}", "\($0.1)") })
  }

  mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    write(name, help, "counter", [("", "\(value)")])
  }

  mutating func counter(_ name: String, _ help: String, label: String, _ values: [(String, UInt64)]) {
    write(name, help, "counter", values.map { ("{\(label)=\"\($0.0)\"}", "\($0.1)") })
  }

  private mutating func write(_ name: String, _ help: String, _ kind: String, _ values: [(String, String)]) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    for (labels, value) in values { text += "\(name)\(labels) \(value)\n" }
  }
}
