import NIOCore
import NIOWebSocket

/// The end of a WebSocket's pipeline: messages in, messages out, pings, and the closing handshake.
///
/// Lives on its channel's event loop; `WebSocketConnection` is what other threads hold.
package final class WebSocketHandler: ChannelDuplexHandler {
  package typealias InboundIn = WebSocketFrame
  package typealias OutboundIn = WebSocketFrame
  package typealias OutboundOut = WebSocketFrame

  private enum State {
    case open(context: ChannelHandlerContext)
    /// A close frame is on its way; the channel closes when the peer answers or the time is up.
    case closing(context: ChannelHandlerContext, deadline: Scheduled<Void>)
    case closed
  }

  let messages: WebSocketMessages
  let budget: OutboundBudget

  private var state = State.closed
  private let source: WebSocketMessages.Producer.Source
  private let demand: WebSocketMessages.Demand
  private let configuration: WebSocketConfiguration
  private let statistics: WebServerStatistics

  /// Whether the reader of `messages` is behind, so that the socket is not read.
  private var isHeld = false
  private var hasPendingRead = false

  private var lastSign = NIODeadline.now()
  private var ping: Scheduled<Void>?

  init(eventLoop: any EventLoop, configuration: WebSocketConfiguration, statistics: WebServerStatistics) {
    self.configuration = configuration
    self.statistics = statistics
    demand = WebSocketMessages.Demand(eventLoop: eventLoop)
    let sequence = WebSocketMessages.Producer.makeSequence(
      backPressureStrategy: .init(lowWatermark: 4, highWatermark: 16), finishOnDeinit: true, delegate: demand)
    source = sequence.source
    messages = WebSocketMessages(producer: sequence.sequence)
    budget = OutboundBudget(messages: configuration.outboundMessages, bytes: configuration.outboundBytes)
  }

  /// Adds what a WebSocket needs behind the frame coder, and returns the handle for other threads.
  ///
  /// - Parameter remoteAddress: who speaks, where that is not the channel's other end.
  package static func install(
    in channel: any Channel, id: UInt64, remoteAddress: RemoteAddress? = nil, configuration: WebSocketConfiguration,
    statistics: WebServerStatistics
  ) throws -> WebSocketConnection {
    let handler = WebSocketHandler(eventLoop: channel.eventLoop, configuration: configuration, statistics: statistics)
    let connection = WebSocketConnection(
      id: id, remoteAddress: remoteAddress ?? RemoteAddress(channel.remoteAddress), handler: handler,
      eventLoop: channel.eventLoop)
    let aggregator = NIOWebSocketFrameAggregator(
      minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: configuration.fragments,
      maxAccumulatedFrameSize: configuration.message)
    try channel.pipeline.syncOperations.addHandlers([WebSocketFrameRules(), aggregator, handler])
    return connection
  }

  // MARK: Life of the channel

  package func handlerAdded(context: ChannelHandlerContext) {
    state = .open(context: context)
    demand.handler.value = self
    lastSign = context.eventLoop.now
    schedulePing(context: context)
    statistics.count {
      $0.webSocketsOpen += 1
      $0.webSocketsOpened += 1
    }
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    if case .closing(_, let deadline) = state { deadline.cancel() }
    state = .closed
    ping?.cancel()
    budget.close()
    source.finish()
    demand.handler.value = nil
    statistics.count { $0.webSocketsOpen -= 1 }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      close(.goingAway, reason: "the server is stopping", cause: .shutdown)
    case ChannelEvent.inputClosed:
      context.close(promise: nil)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength,
      NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
      NIOWebSocketFrameAggregator.Error.tooManyFragments:
      close(
        .messageTooLarge, reason: "a message holds at most \(configuration.message) bytes", cause: .oversizedMessage)
    case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is WebSocketFrameRules.Violation:
      close(.protocolError, reason: "not a valid frame", cause: .protocolError)
    case is ByteToMessageDecoderError:
      // More bytes behind a frame that was refused. Closing now would reset the connection and lose the close frame.
      break
    default:
      context.close(promise: nil)
    }
  }

  // MARK: In

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    lastSign = context.eventLoop.now
    switch state {
    case .open: receive(frame, context: context)
    case .closing where frame.opcode == .connectionClose: context.close(promise: nil)
    case .closing, .closed: break
    }
  }

  private func receive(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
    switch frame.opcode {
    case .text:
      receiveText(frame.unmaskedData)
    case .ping where context.channel.isWritable:
      // A peer that does not read its pongs gets no more of them (RFC 6455, section 5.5.3).
      let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
      context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
    case .connectionClose:
      answerClose(frame.unmaskedData, context: context)
    case .binary:
      close(.unacceptableData, reason: "only text is spoken here", cause: .binaryMessage)
    default:
      break
    }
  }

  private func receiveText(_ data: ByteBuffer) {
    // One frame may be as long as the decoder lets through, also when it was no fragment.
    guard data.readableBytes <= configuration.message else {
      return close(
        .messageTooLarge, reason: "a message holds at most \(configuration.message) bytes", cause: .oversizedMessage)
    }
    let bytes = Array(buffer: data)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      return close(.invalidText, reason: "text must be UTF-8", cause: .invalidText)
    }
    statistics.count { $0.webSocketMessagesReceived += 1 }
    if case .stopProducing = source.yield(bytes) { isHeld = true }
  }

  package func read(context: ChannelHandlerContext) {
    if isHeld { hasPendingRead = true } else { context.read() }
  }

  /// The reader has caught up, or nothing is for it any more.
  func resumeReading() {
    isHeld = false
    guard hasPendingRead else { return }
    hasPendingRead = false
    switch state {
    case .open(let context), .closing(let context, _): context.read()
    case .closed: break
    }
  }

  // MARK: Out

  /// Writes one message whose size was reserved in `budget`.
  func write(_ text: [UInt8]) {
    guard case .open(let context) = state else { return budget.release(text.count) }
    let frame = WebSocketFrame(fin: true, opcode: .text, data: context.channel.allocator.buffer(bytes: text))
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.whenComplete { [budget, size = text.count] _ in budget.release(size) }
    statistics.count { $0.webSocketMessagesSent += 1 }
    context.writeAndFlush(wrapOutboundOut(frame), promise: written)
  }

  // MARK: Pings

  private func schedulePing(context: ChannelHandlerContext) {
    let silence = context.eventLoop.now - lastSign
    let left = TimeAmount(configuration.silenceLimit) - silence
    let wait = min(TimeAmount(configuration.pingInterval), left)
    ping = context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.pingIsDue() }
  }

  private func pingIsDue() {
    guard case .open(let context) = state else { return }
    guard context.eventLoop.now - lastSign < TimeAmount(configuration.silenceLimit) else {
      return close(.goingAway, reason: "no sign of life", cause: .silence)
    }
    let frame = WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer())
    context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    schedulePing(context: context)
  }

  // MARK: Closing (RFC 6455, section 7)

  /// Starts the closing handshake; does nothing when the socket is closing already.
  func close(_ code: WebSocketCloseCode, reason: String, cause: WebSocketCloseCause) {
    guard case .open(let context) = state else { return }
    statistics.count { $0.webSocketsClosed[cause, default: 0] += 1 }
    var data = context.channel.allocator.buffer(capacity: 125)
    data.writeInteger(code.rawValue)
    data.writeSubstring(Self.prefix(of: reason, bytes: 123))
    beginClosing(context: context)
    context.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
  }

  /// The peer closes: it gets its own status back, and then the end of the stream.
  private func answerClose(_ data: ByteBuffer, context: ChannelHandlerContext) {
    var data = data
    let echo = data.readSlice(length: min(2, data.readableBytes)) ?? ByteBuffer()
    beginClosing(context: context)
    let written = context.eventLoop.makePromise(of: Void.self)
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    written.futureResult.whenComplete { _ in context.value.close(promise: nil) }
    context.value.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: echo)), promise: written)
  }

  private func beginClosing(context: ChannelHandlerContext) {
    ping?.cancel()
    budget.close()
    source.finish()
    let deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
      context.close(promise: nil)
    }
    state = .closing(context: context, deadline: deadline)
    resumeReading()
  }

  /// As many whole characters of `text` as fit.
  private static func prefix(of text: String, bytes: Int) -> Substring {
    var end = text.startIndex
    while end < text.endIndex {
      let next = text.index(after: end)
      guard text.utf8.distance(from: text.startIndex, to: next) <= bytes else { break }
      end = next
    }
    return text[..<end]
  }
}
