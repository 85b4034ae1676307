import Delivery
import FFmpeg
import Heartbeats
import Media
import Playout
import RTP
import Signalling
import WebServer

/// Everything that is counted, for Prometheus.
extension Appliance {
  nonisolated func metrics() -> String {
    var text = MetricsText()
    writeService(to: &text)
    writePlayback(to: &text)
    writeChannels(to: &text)
    if let network = driver.statistics() { writeNetwork(network, to: &text) }
    writeWebServer(to: &text)
    writePeople(to: &text)
    writeMachine(to: &text)
    return text.text
  }

  private nonisolated func writeService(to text: inout MetricsText) {
    let known = published.value
    text.gauge("cupola_uptime_seconds", "Since the start.", health.uptime)
    text.gauge("cupola_ready", "1 while a picture is shown to whoever comes.", known.readyAfter == nil ? 0 : 1)
    if let provenAfter = known.provenAfter {
      text.gauge(
        "cupola_start_picture_seconds", "From the start of the process to a first encoded picture.", provenAfter)
    }
    if let readyAfter = known.readyAfter {
      text.gauge("cupola_start_ready_seconds", "From the start of the process to being ready.", readyAfter)
    }
    text.counter("cupola_starts_total", "Starts with this state directory.", known.starts)
    text.counter("cupola_restarts_total", "Starts after an end that nobody asked for.", known.uncleanStarts)
    text.counter("cupola_state_write_failures_total", "Times the state could not be saved.", keeper.failures)
    text.counter("cupola_notify_failures_total", "Messages that did not reach systemd.", notifier.failures)
    let now = Int64(MonotonicTime.now)
    let stages = stages
    text.counter(
      "cupola_stage_beats_total", "Work done, by stage; what the watchdog is fed by.",
      stages.map { ([("stage", $0.name)], Double($0.count)) })
    text.gauge(
      "cupola_stage_overdue_seconds", "How late a stage's next work is.",
      stages.map { ([("stage", $0.name)], Double($0.overdue(at: now)) / 1e9) })
    text.gauge(
      "cupola_stage_resting", "1 while a stage rightly stands still, with the reason.",
      stages.filter { $0.resting != .none }.map { ([("stage", $0.name), ("reason", $0.resting.words)], 1) })
  }

  private nonisolated func writePlayback(to text: inout MetricsText) {
    let player = player.state
    let counters = player.counters
    let known = published.value
    text.gauge("cupola_viewers", "Who is watching.", Double(known.state.viewers))
    text.counter(
      "cupola_viewers_replaced_total", "Viewers and offers that gave their places to others.", known.viewersReplaced)
    text.gauge("cupola_encoders_limit", "Streams that may be encoded at a time.", Double(known.encoders))
    text.gauge("cupola_test_card", "1 while the test card is on.", player.isTestCard ? 1 : 0)
    text.gauge("cupola_paused", "1 while playback is paused.", player.isPaused ? 1 : 0)
    text.gauge("cupola_playlist_items", "Items of the playlist.", Double(player.count))
    text.gauge(
      "cupola_playlist_skipped", "Items that cannot be played, or not to the end.", Double(player.skipped.count))
    text.gauge("cupola_position_seconds", "Where playback is in the item.", player.position.seconds)
    if !player.decoder.isEmpty {
      text.gauge("cupola_decoder_info", "What decodes.", [([("kind", player.decoder)], 1)])
    }
    if let report = hardware.report {
      text.gauge(
        "cupola_hardware_proved", "1 for what a graphics device has shown that it can, 0 for what it only claims.",
        report.devices.flatMap { device in
          device.rows.map { ([("device", device.path), ("work", $0.work.description)], $0.isProved ? 1 : 0) }
        })
      let surfaces = [("decode", HeldSurfaces.decoding), ("encode", HeldSurfaces.encoding)]
      text.gauge(
        "cupola_surfaces_held", "Pictures in a device's memory that its codec lacks meanwhile.",
        surfaces.map { ([("work", $0.0)], Double($0.1.current)) })
      text.gauge(
        "cupola_surfaces_held_most", "The most of them at once.",
        surfaces.map { ([("work", $0.0)], Double($0.1.most)) })
    }
    text.counter("cupola_frames_decoded_total", "Pictures out of the decoder.", counters.decoded)
    text.counter(
      "cupola_decode_seconds_total", "Time spent reading and decoding.", [([], counters.decodeTime.seconds)])
    text.counter("cupola_frames_published_total", "Pictures handed to the presets.", counters.published)
    text.counter(
      "cupola_frames_dropped_total", "Pictures that were not handed on, by reason.", label: "reason",
      [("late", counters.droppedLate), ("fast", counters.droppedFast)])
    text.counter("cupola_decode_errors_total", "What the decoder refused.", counters.decodeErrors)
    text.counter(
      "cupola_commands_dropped_total", "Commands to the player that came too fast.", counters.droppedCommands)
    text.counter("cupola_events_dropped_total", "Events that nobody came to see.", events.dropped)
    text.counter("cupola_reanchored_total", "Times playback gave up catching up.", counters.reanchored)
    text.gauge("cupola_decoded_queue_depth", "Decoded pictures that wait for their time.", Double(player.queued))
  }

  private nonisolated func writeChannels(to text: inout MetricsText) {
    let channels = channels.counters.sorted {
      ($0.stream.preset, $0.stream.codec) < ($1.stream.preset, $1.stream.codec)
    }
    func samples(_ value: (PresetChannel.Counters) -> Double) -> [MetricsText.Sample] {
      channels.map { (labels(of: $0.stream), value($0.counters)) }
    }
    text.gauge(
      "cupola_preset_awake", "1 while somebody watches the preset.",
      channels.map { (labels(of: $0.stream), $0.isAwake ? 1 : 0) })
    text.counter("cupola_preset_frames_total", "Pictures encoded.", samples { Double($0.encoded) })
    text.counter("cupola_preset_keyframes_total", "Key frames encoded.", samples { Double($0.keyframes) })
    text.counter("cupola_preset_bytes_total", "Bytes encoded.", samples { Double($0.bytes) })
    text.counter("cupola_preset_seconds_total", "Time spent projecting and encoding.", samples { $0.busyTime.seconds })
    text.counter(
      "cupola_preset_encoder_failures_total", "Pictures that the encoder refused.",
      samples { Double($0.encoderFailures) })
    text.gauge("cupola_preset_queue_depth", "Pictures that wait for the preset.", samples { Double($0.waiting) })
    text.counter(
      "cupola_preset_dropped_total", "Pictures that came while the encoder was busy.", samples { Double($0.dropped) })
    text.counter(
      "cupola_frames_unsendable_total", "Coded pictures too long to be sent.", self.channels.unsendableFrames)
  }

  private nonisolated func labels(of stream: StreamID) -> [(String, String)] {
    [("preset", "\(stream.preset)"), ("codec", stream.videoCodec?.rawValue ?? "unknown")]
  }

  private nonisolated func writeNetwork(_ network: DeliveryStatistics, to text: inout MetricsText) {
    text.counter("cupola_datagrams_received_total", "UDP datagrams in.", network.socket.received)
    text.counter("cupola_datagrams_sent_total", "UDP datagrams out.", network.socket.sent)
    text.counter(
      "cupola_datagrams_refused_total", "UDP datagrams that were not acted on, by reason.", label: "reason",
      [("stray", network.strayDatagrams)] + network.drops.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    text.counter(
      "cupola_bursts_cut_total", "Frames of which a viewer got a part, by reason.", label: "reason",
      [("buffer_full", network.socket.wouldBlock), ("refused", network.socket.sendFailures)])
    text.counter(
      "cupola_segmentation_refused_total", "Bursts that the kernel would not cut.", network.socket.segmentationRefusals)
    text.counter("cupola_socket_frames_total", "Coded pictures that the socket thread took.", network.framesTaken)
    text.counter(
      "cupola_socket_seconds_total", "Time the socket thread did other than wait.",
      [([], Double(network.busyTime) / 1e9)])
    text.gauge(
      "cupola_socket_queue_depth", "The most coded pictures that waited for the socket thread since the last look.",
      Double(network.mailboxDepth))
    text.counter(
      "cupola_frames_unsent_total", "Frames dropped because the socket thread was behind.", network.framesDropped)
    let peers = network.connections.map(\.peer)
    text.gauge("cupola_media_connections", "WebRTC connections.", Double(peers.count))
    text.gauge(
      "cupola_packets_resent", "Packets sent again to those who watch now.",
      Double(peers.reduce(0) { $0 + $1.packetsResent }))
  }

  private nonisolated func writeWebServer(to text: inout MetricsText) {
    let web = webServerStatistics.snapshot
    text.counter(
      "cupola_http_responses_total", "HTTP responses by class.", label: "class",
      [
        ("1xx", web.informational), ("2xx", web.successful), ("3xx", web.redirected), ("4xx", web.clientErrors),
        ("5xx", web.serverErrors),
      ])
    text.gauge("cupola_http_connections", "Open TCP connections.", Double(web.connectionsOpen))
    text.counter(
      "cupola_http_connections_closed_total", "TCP connections that the server closed, by reason.", label: "reason",
      [
        ("timeout", web.timedOutConnections), ("malformed", web.malformedRequests),
        ("displaced", web.connectionsDisplaced), ("refused", web.connectionsRefused),
      ])
    text.gauge("cupola_websockets", "Open WebSockets.", Double(web.webSocketsOpen))
    text.counter(
      "cupola_websocket_messages_total", "Messages, by direction.", label: "direction",
      [("in", web.webSocketMessagesReceived), ("out", web.webSocketMessagesSent)])
    text.counter(
      "cupola_websockets_refused_total", "WebSockets refused, by reason.", label: "reason",
      WebSocketRefusal.allCases.map { ($0.rawValue, web.webSocketRefusals[$0] ?? 0) })
    text.counter(
      "cupola_websockets_closed_total", "WebSockets that the server closed, by reason.", label: "reason",
      WebSocketCloseCause.allCases.map { ($0.rawValue, web.webSocketsClosed[$0] ?? 0) })
  }

  private nonisolated func writePeople(to text: inout MetricsText) {
    let activity = published.value.activity
    text.counter(
      "cupola_joins_total", "Who came to watch, by the way in.", label: "by",
      Entrance.allCases.map { ($0.rawValue, activity.joins[$0] ?? 0) })
    text.counter(
      "cupola_changes_total", "What operators changed for all.", label: "what",
      Change.allCases.map { ($0.rawValue, activity.changes[$0] ?? 0) })
    let counts = door.operators.counts
    text.counter(
      "cupola_operator_pins_total", "Operator PINs that came, by what became of them.", label: "verdict",
      [("right", counts.rightPINs), ("wrong", counts.wrongPINs), ("not_compared", counts.slowedPINs)])
    text.counter(
      "cupola_operator_tokens_total", "Tokens of operators' devices that came.", label: "verdict",
      [("right", counts.tokens), ("unknown", counts.unknownTokens)])
    text.gauge("cupola_operator_devices", "Devices that have a token.", Double(door.operators.devices.count))
  }

  private nonisolated func writeMachine(to text: inout MetricsText) {
    let process = ProcessUse()
    text.gauge("process_resident_memory_bytes", "Resident memory.", Double(process.residentBytes))
    text.counter("process_cpu_seconds_total", "Processor time.", [([], process.processorSeconds)])
    text.gauge("process_open_fds", "Open descriptors.", Double(process.openDescriptors))
    text.gauge("process_threads", "Threads.", Double(process.threads))
    guard let machine = machine.health else { return }
    text.gauge(
      "cupola_temperature_celsius", "What the machine's sensors say.",
      machine.temperatures.map { ([("sensor", $0.sensor)], $0.degrees) })
    text.gauge(
      "cupola_disk_free_bytes", "Room on the disk of a folder.",
      machine.disks.map { ([("folder", $0.folder)], Double($0.free)) })
    text.gauge(
      "cupola_disk_size_bytes", "The size of the disk of a folder.",
      machine.disks.map { ([("folder", $0.folder)], Double($0.size)) })
  }
}
