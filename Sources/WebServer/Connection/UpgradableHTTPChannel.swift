import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import Synchronization

/// What a TCP connection does: HTTP/1.1 by Hummingbird's responder or, when its first request is an admitted handshake,
/// a WebSocket.
struct UpgradableHTTPChannel: ServerChildChannel, HTTPChannelHandler {
  typealias HTTPChannel = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

  enum Conversation: Sendable {
    case http(HTTPChannel)
    case webSocket(WebSocketConnection)
  }

  /// There is no place for the connection, which is closed.
  private struct Refused: Error {}

  struct Value: ServerChildChannelValue {
    let channel: any Channel
    let conversation: EventLoopFuture<Conversation>
  }

  let responder: Responder
  let limits: HTTPServiceConfiguration.Limits
  let connections: ConnectionAdmission
  let webSocket: WebSocketConfiguration
  let admission: WebSocketAdmission
  let handler: @Sendable (WebSocketConnection) async -> Void
  let statistics: WebServerStatistics
  let identifiers: WebSocketIdentifiers
  let proxies: TrustedProxies

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let place: Place?
    switch connections.admit(channel) {
    case .admitted(let taken): place = taken
    case .probe: place = nil
    case .refused:
      // Not before NIO has it: its set-up must not fail, or the server would.
      channel.eventLoop.execute { channel.close(promise: nil) }
      return channel.eventLoop.makeSucceededFuture(
        Value(channel: channel, conversation: channel.eventLoop.makeFailedFuture(Refused())))
    }
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ConnectionGuard(limits: limits, statistics: statistics, place: place))
      // A read is parsed whole, whoever waits for what is in it: a thousand small requests or frames, if it were long.
      try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
      try channel.syncOptions?.setOption(
        .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.read))

      var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
        upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
          upgraders: [webSocketUpgrader]
        ) { channel in
          channel.eventLoop.makeCompletedFuture { try speakHTTP(on: channel, logger: logger) }
        })
      configuration.enablePipelining = false
      configuration.enableErrorHandling = false
      configuration.decoderConfiguration.maxHeaderFieldSize = limits.headerField
      configuration.decoderConfiguration.maxHeaderListSize = limits.headerList
      configuration.decoderConfiguration.maxHeaderFieldCount = limits.headerCount
      let conversation = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
      try pipeline.addHandler(
        HandshakeFilter(admission: admission),
        position: .before(try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Conversation>.self)))
      try pipeline.addHandler(FirstRequestErrorHandler(statistics: statistics))
      return Value(channel: channel, conversation: conversation)
    }
  }

  func handle(value: Value, logger: Logger) async {
    await withTaskCancellationHandler {
      do {
        switch try await value.conversation.get() {
        case .http(let channel):
          await handleHTTP(asyncChannel: channel, logger: logger)
        case .webSocket(let connection):
          await handler(connection)
          connection.close(.normalClosure)
          try await value.channel.closeFuture.get()
        }
      } catch {
        logger.trace("connection ended early", metadata: ["error": "\(error)"])
        value.channel.close(promise: nil)
      }
    } onCancel: {
      value.channel.close(promise: nil)
    }
  }

  private var webSocketUpgrader: NIOTypedWebSocketServerUpgrader<Conversation> {
    NIOTypedWebSocketServerUpgrader(
      maxFrameSize: webSocket.message,
      enableAutomaticErrorHandling: false,
      shouldUpgrade: { [webSocket] channel, _ in
        // `HandshakeFilter` has decided.
        channel.eventLoop.makeSucceededFuture(
          webSocket.subprotocol.map { ["Sec-WebSocket-Protocol": $0] } ?? [:])
      },
      upgradePipelineHandler: { [webSocket, statistics, identifiers, proxies] channel, head in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          let connectionGuard = try pipeline.handler(type: ConnectionGuard.self)
          connectionGuard.requestCompleted()
          pipeline.removeHandler(try pipeline.handler(type: FirstRequestErrorHandler.self), promise: nil)
          let filter = try pipeline.handler(type: HandshakeFilter.self)
          pipeline.removeHandler(filter, promise: nil)
          statistics.countResponse(status: 101)
          let client = proxies.client(
            RemoteAddress(channel.remoteAddress), forwarded: head.headers["forwarded"],
            xForwardedFor: head.headers["x-forwarded-for"])
          return .webSocket(
            try WebSocketHandler.install(
              in: channel, id: identifiers.next(), remoteAddress: client, configuration: webSocket,
              statistics: statistics, places: .init(connection: connectionGuard.place, socket: filter.place)))
        }
      })
  }

  private func speakHTTP(on channel: any Channel, logger: Logger) throws -> Conversation {
    let pipeline = channel.pipeline.syncOperations
    pipeline.removeHandler(try pipeline.handler(type: FirstRequestErrorHandler.self), promise: nil)
    let connectionGuard = try pipeline.handler(type: ConnectionGuard.self)
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    try pipeline.addHandler(ExchangeHandler(connectionGuard: connectionGuard))
    try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: limits.idleTimeout, logger: logger))
    return .http(
      try HTTPChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
  }
}

/// Numbers the sockets of a server.
final class WebSocketIdentifiers: Sendable {
  private let last = Atomic<UInt64>(0)

  func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
