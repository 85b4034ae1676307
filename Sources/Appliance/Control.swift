import Signalling
import WebServer

/// One WebSocket and who speaks on it.
struct Control {
  let socket: WebSocketConnection
  var session: SignallingSession
}
