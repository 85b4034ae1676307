import NIOHTTP1

/// What a request says that may be a WebSocket's opening handshake (RFC 6455, section 4.2.1).
struct WebSocketHandshake {
  var path: Substring
  /// nil unless there is one.
  var host: String?
  var origins: [String]
  var subprotocols: [Substring]
  /// Asks for version 13 of the protocol by a method and a version of HTTP that it may be asked with.
  var isOfThisVersion: Bool
  /// Has the fields that it must have, and no body.
  var isWellFormed: Bool

  /// nil: the request asks for nothing of the kind.
  init?(_ head: HTTPRequestHead) {
    guard head.headers.contains(name: "upgrade") else { return nil }
    path = head.uri.prefix { $0 != "?" }
    let hosts = head.headers["host"]
    host = hosts.count == 1 ? hosts[0] : nil
    origins = head.headers["origin"]
    subprotocols = head.headers[canonicalForm: "sec-websocket-protocol"]
    isOfThisVersion =
      head.method == .GET && head.version == .http1_1 && head.headers["sec-websocket-version"] == ["13"]
      && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    let keys = head.headers["sec-websocket-key"]
    isWellFormed =
      keys.count == 1 && Self.isKey(keys[0])
      && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
      && head.headers["content-length"].allSatisfy { $0 == "0" } && !head.headers.contains(name: "transfer-encoding")
  }

  /// Whether a `Sec-WebSocket-Key` is base64 of sixteen bytes.
  private static func isKey(_ text: String) -> Bool {
    text.utf8.count == 24 && text.hasSuffix("==")
      && text.utf8.prefix(22).allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
          true
        default: false
        }
      }
  }
}
