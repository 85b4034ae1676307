import WebServer

extension MetricsText {
  /// What the web server did.
  public mutating func write(_ web: WebServerStatistics.Snapshot) {
    counter(
      "cupola_http_responses_total", "HTTP responses by class.", label: "class",
      [
        ("1xx", web.informational), ("2xx", web.successful), ("3xx", web.redirected), ("4xx", web.clientErrors),
        ("5xx", web.serverErrors),
      ])
    gauge("cupola_http_connections", "Open TCP connections.", Double(web.connectionsOpen))
    counter(
      "cupola_http_connections_closed_total", "TCP connections that the server closed, by reason.", label: "reason",
      [
        ("timeout", web.timedOutConnections), ("malformed", web.malformedRequests),
        ("displaced", web.connectionsDisplaced), ("refused", web.connectionsRefused),
      ])
    gauge("cupola_websockets", "Open WebSockets.", Double(web.webSocketsOpen))
    counter(
      "cupola_websocket_messages_total", "Messages, by direction.", label: "direction",
      [("in", web.webSocketMessagesReceived), ("out", web.webSocketMessagesSent)])
    counter(
      "cupola_websockets_refused_total", "WebSockets refused, by reason.", label: "reason",
      WebSocketRefusal.allCases.map { ($0.rawValue, web.webSocketRefusals[$0] ?? 0) })
    counter(
      "cupola_websockets_closed_total", "WebSockets that the server closed, by reason.", label: "reason",
      WebSocketCloseCause.allCases.map { ($0.rawValue, web.webSocketsClosed[$0] ?? 0) })
  }
}
