import Clocks
import Delivery
import FFmpeg
import Health
import Heartbeats
import Media
import Playout
import Programme
import RTP
import Signalling
import WebServer

/// Everything that is counted, for Prometheus.
extension Appliance {
  nonisolated func metrics() -> String {
    var text = MetricsText()
    writeService(to: &text)
    writeViewers(to: &text)
    text.write(player.state, hardware: hardware.report)
    writeChannels(to: &text)
    if let network = driver.statistics() { text.write(network) }
    text.write(house.webServerStatistics.snapshot)
    writePeople(to: &text)
    text.write(ProcessUse(), on: house.machine.health)
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
    text.counter("cupola_state_write_failures_total", "Times the state could not be saved.", house.keeper.failures)
    text.counter("cupola_notify_failures_total", "Messages that did not reach systemd.", house.notifier.failures)
    text.write(stages, at: MonotonicTime.now)
  }

  private nonisolated func writeViewers(to text: inout MetricsText) {
    let known = published.value
    text.gauge("cupola_viewers", "Who is watching.", Double(known.state.viewers))
    text.counter(
      "cupola_viewers_replaced_total", "Viewers and offers that gave their places to others.", known.viewersReplaced)
    text.gauge("cupola_encoders_limit", "Streams that may be encoded at a time.", Double(known.encoders))
    text.counter("cupola_events_dropped_total", "Events that nobody came to see.", events.dropped)
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
}
