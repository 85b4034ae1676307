import NIOCore
import NIOPosix

/// An HTTP/1.1 and WebSocket client that sends exactly the bytes a test asks for.
final class TestClient {
  struct Response: Equatable {
    var status: Int
    /// By lower-case name.
    var headers: [String: String]
    var body: String
  }

  struct Frame: Equatable {
    var opcode: UInt8
    var payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    /// The status of a close frame.
    var closeCode: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
  }

  struct EndOfStream: Error {}

  /// Quiet connections, all from one address, for the time of `body`.
  static func withQuiet<Result>(
    _ count: Int, to server: TestServer, from own: String, _ body: () async throws -> Result
  ) async throws -> Result {
    guard count > 0 else { return try await body() }
    return try await connect(to: server, from: own) { _ in
      try await withQuiet(count - 1, to: server, from: own, body)
    }
  }

  private typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private var received: [UInt8] = []
  private let port: Int

  private init(
    inbound: NIOAsyncChannelInboundStream<ByteBuffer>, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, port: Int
  ) {
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
    self.port = port
  }

  /// Connects for the time of `body`.
  ///
  /// - Parameter own: the address to come from, such as 127.0.0.2.
  static func connect<Result>(
    to server: TestServer, host: String = "127.0.0.1", from own: String? = nil,
    _ body: (TestClient) async throws -> Result
  ) async throws -> Result {
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
    if let own { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: own, port: 0)) }
    let channel = try await bootstrap.connect(host: host, port: server.port) { channel in
      channel.eventLoop.makeCompletedFuture { try Channel(wrappingChannelSynchronously: channel) }
    }
    return try await channel.executeThenClose { inbound, outbound in
      try await body(TestClient(inbound: inbound, outbound: outbound, port: server.port))
    }
  }

  /// One request on a connection of its own.
  static func request(
    _ server: TestServer, _ method: String, _ path: String, host: String? = nil, headers: [String] = [],
    body: String = ""
  ) async throws -> Response {
    try await connect(to: server) { client in
      try await client.request(method, path, host: host, headers: headers, body: body)
    }
  }

  func request(
    _ method: String, _ path: String, host: String? = nil, headers: [String] = [], body: String = ""
  ) async throws -> Response {
    var head = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")"] + headers
    if !body.isEmpty { head.append("Content-Length: \(body.utf8.count)") }
    try await send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    return try await response(hasBody: method != "HEAD")
  }

  /// Opens a WebSocket; the answer's status is 101 when the server agreed.
  func openWebSocket(
    path: String = "/ws", host: String? = nil, subprotocol: String? = "cupola.v1", headers: [String] = []
  ) async throws -> Response {
    try await request(
      "GET", path, host: host,
      headers: [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ] + (subprotocol.map { ["Sec-WebSocket-Protocol: \($0)"] } ?? []) + headers)
  }

  // MARK: Bytes

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

  /// Sends one frame (RFC 6455, section 5.2), masked unless told otherwise.
  func sendFrame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true) async throws {
    var frame: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
    let mask: UInt8 = isMasked ? 0x80 : 0
    switch payload.count {
    case ..<126: frame.append(mask | UInt8(payload.count))
    case ..<65536: frame += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: frame += [mask | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
    }
    let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
    if isMasked { frame += key }
    frame += isMasked ? payload.enumerated().map { $1 ^ key[$0 % 4] } : payload
    try await outbound.write(ByteBuffer(bytes: frame))
  }

  /// Many texts of so many bytes at once.
  func sendTexts(_ count: Int, of size: UInt8) async throws {
    let frame = [0x81, 0x80 | size, 0, 0, 0, 0] + [UInt8](repeating: 97, count: Int(size))
    try await send((0..<count).flatMap { _ in frame })
  }

  func sendText(_ text: String) async throws { try await sendFrame(1, Array(text.utf8)) }

  func response(hasBody: Bool = true) async throws -> Response {
    while true {
      let head = try await read(through: "\r\n\r\n").split(separator: "\r\n")
      let status = Int(head[0].split(separator: " ")[1])!
      var headers: [String: String] = [:]
      for line in head.dropFirst() {
        let colon = line.firstIndex(of: ":")!
        headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
      }
      if status == 100 { continue }
      let length = hasBody && status != 304 ? Int(headers["content-length"] ?? "0")! : 0
      return Response(status: status, headers: headers, body: String(decoding: try await read(length), as: UTF8.self))
    }
  }

  /// The next frame that is no ping.
  func frame() async throws -> Frame {
    while true {
      let head = try await read(2)
      var length = Int(head[1] & 0x7f)
      if length == 126 { length = try await read(2).reduce(0) { $0 << 8 | Int($1) } }
      if length == 127 { length = try await read(8).reduce(0) { $0 << 8 | Int($1) } }
      let payload = try await read(length)
      if head[0] & 0x0f != 9 { return Frame(opcode: head[0] & 0x0f, payload: payload) }
    }
  }

  /// Whether the server ends the stream; throws away what comes before.
  func reachesEnd() async -> Bool {
    do {
      while try await inbound.next() != nil {}
    } catch {}
    return true
  }

  private func read(_ count: Int) async throws -> [UInt8] {
    while received.count < count {
      guard let next = try await inbound.next() else { throw EndOfStream() }
      received += Array(buffer: next)
    }
    defer { received.removeFirst(count) }
    return Array(received.prefix(count))
  }

  private func read(through end: String) async throws -> String {
    while true {
      if let range = received.firstRange(of: Array(end.utf8)) {
        return String(decoding: try await read(range.upperBound), as: UTF8.self)
      }
      guard let next = try await inbound.next() else { throw EndOfStream() }
      received += Array(buffer: next)
    }
  }
}
