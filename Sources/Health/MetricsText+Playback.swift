import FFmpeg
import Playout

extension MetricsText {
  /// What plays, and how far it has come.
  public mutating func write(_ player: PlayerState, hardware: HardwareReport?) {
    let counters = player.counters
    gauge("cupola_test_card", "1 while the test card is on.", player.isTestCard ? 1 : 0)
    gauge("cupola_paused", "1 while playback is paused.", player.isPaused ? 1 : 0)
    gauge("cupola_playlist_items", "Items of the playlist.", Double(player.count))
    gauge(
      "cupola_playlist_skipped", "Items that cannot be played, or not to the end.", Double(player.skipped.count))
    gauge("cupola_position_seconds", "Where playback is in the item.", player.position.seconds)
    if !player.decoder.isEmpty {
      gauge("cupola_decoder_info", "What decodes.", [([("kind", player.decoder)], 1)])
    }
    if let report = hardware {
      gauge(
        "cupola_hardware_proved", "1 for what a graphics device has shown that it can, 0 for what it only claims.",
        report.devices.flatMap { device in
          device.rows.map { ([("device", device.path), ("work", $0.work.description)], $0.isProved ? 1 : 0) }
        })
      let surfaces = [("decode", HeldSurfaces.decoding), ("encode", HeldSurfaces.encoding)]
      gauge(
        "cupola_surfaces_held", "Pictures in a device's memory that its codec lacks meanwhile.",
        surfaces.map { ([("work", $0.0)], Double($0.1.current)) })
      gauge(
        "cupola_surfaces_held_most", "The most of them at once.",
        surfaces.map { ([("work", $0.0)], Double($0.1.most)) })
    }
    counter("cupola_frames_decoded_total", "Pictures out of the decoder.", counters.decoded)
    counter(
      "cupola_decode_seconds_total", "Time spent reading and decoding.", [([], counters.decodeTime.seconds)])
    counter("cupola_frames_published_total", "Pictures handed to the presets.", counters.published)
    counter(
      "cupola_frames_dropped_total", "Pictures that were not handed on, by reason.", label: "reason",
      [("late", counters.droppedLate), ("fast", counters.droppedFast)])
    counter("cupola_decode_errors_total", "What the decoder refused.", counters.decodeErrors)
    counter(
      "cupola_commands_dropped_total", "Commands to the player that came too fast.", counters.droppedCommands)
    counter("cupola_reanchored_total", "Times playback gave up catching up.", counters.reanchored)
    gauge("cupola_decoded_queue_depth", "Decoded pictures that wait for their time.", Double(player.queued))
  }
}
