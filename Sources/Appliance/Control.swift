import Delivery
import Signalling
import WebServer

/// One WebSocket and who speaks on it.
struct Control {
  let socket: WebSocketConnection
  var session: SignallingSession
  /// The media connection that belongs to it.
  var connection: ConnectionID?
  /// The preset that it chose; nil: it follows the programme.
  var choice: UInt8?
}
