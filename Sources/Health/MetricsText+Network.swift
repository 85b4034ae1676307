import Delivery

extension MetricsText {
  /// What the socket and the connections did.
  public mutating func write(_ network: DeliveryStatistics) {
    counter("cupola_datagrams_received_total", "UDP datagrams in.", network.socket.received)
    counter("cupola_datagrams_sent_total", "UDP datagrams out.", network.socket.sent)
    counter(
      "cupola_datagrams_refused_total", "UDP datagrams that were not acted on, by reason.", label: "reason",
      [("stray", network.strayDatagrams)] + network.drops.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    counter(
      "cupola_bursts_cut_total", "Frames of which a viewer got a part, by reason.", label: "reason",
      [("buffer_full", network.socket.wouldBlock), ("refused", network.socket.sendFailures)])
    counter(
      "cupola_segmentation_refused_total", "Bursts that the kernel would not cut.", network.socket.segmentationRefusals)
    counter("cupola_socket_frames_total", "Coded pictures that the socket thread took.", network.framesTaken)
    counter(
      "cupola_socket_seconds_total", "Time the socket thread did other than wait.",
      [([], Double(network.busyTime) / 1e9)])
    gauge(
      "cupola_socket_queue_depth", "The most coded pictures that waited for the socket thread since the last look.",
      Double(network.mailboxDepth))
    counter(
      "cupola_frames_unsent_total", "Frames dropped because the socket thread was behind.", network.framesDropped)
    let peers = network.connections.map(\.peer)
    gauge("cupola_media_connections", "WebRTC connections.", Double(peers.count))
    gauge(
      "cupola_packets_resent", "Packets sent again to those who watch now.",
      Double(peers.reduce(0) { $0 + $1.packetsResent }))
  }
}
