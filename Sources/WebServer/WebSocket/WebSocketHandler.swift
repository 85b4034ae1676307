import Fairness
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

  /// What the socket holds of what there is for all; nil: it needs none.
  package struct HeldPlaces: Sendable {
    var connection: Place?
    var socket: Place?

    package init(connection: Place? = nil, socket: Place? = nil) {
      self.connection = connection
      self.socket = socket
    }
  }

  /// Fired into the pipeline when another machine needs the socket's place.
  struct GivesWay: Sendable {}

  let messages: WebSocketMessages
  let budget: OutboundBudget

  private var state = State.closed
  private let source: WebSocketMessages.Producer.Source
  private let demand: WebSocketMessages.Demand
  private let configuration: WebSocketConfiguration
  private let statistics: WebServerStatistics

  /// Whether the reader of `messages` is behind, so that the socket is not read, and whether it was to be read meanwhile.
  private var reading = (isHeld: false, isPending: false)
  private let places: HeldPlaces
  private var controlFrames: TokenBucket

  private var lastSign = NIODeadline.now()
  private var ping: Scheduled<Void>?

  init(
    eventLoop: any EventLoop, configuration: WebSocketConfiguration, statistics: WebServerStatistics, places: HeldPlaces
  ) {
    self.configuration = configuration
    self.statistics = statistics
    self.places = places
    controlFrames = TokenBucket(burst: configuration.controlBurst, rate: Double(configuration.controlRate))
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
    statistics: WebServerStatistics, places: HeldPlaces = HeldPlaces()
  ) throws -> WebSocketConnection {
    let handler = WebSocketHandler(
      eventLoop: channel.eventLoop, configuration: configuration, statistics: statistics, places: places)
    let connection = WebSocketConnection(
      id: id, remoteAddress: remoteAddress ?? RemoteAddress(channel.remoteAddress), handler: handler,
      eventLoop: channel.eventLoop, places: places)
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
    places.connection?.establish()
    // It may have gone to another while the handshake was answered.
    if places.socket?.isHeld == false { giveWay() }
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    if case .closing(_, let deadline) = state { deadline.cancel() }
    state = .closed
    ping?.cancel()
    budget.close()
    source.finish()
    places.socket?.release()
    demand.handler.value = nil
    statistics.count { $0.webSocketsOpen -= 1 }
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      close(.goingAway, reason: "the server is stopping", cause: .shutdown)
    case is GivesWay:
      giveWay()
    case ChannelEvent.inputClosed:
      context.close(promise: nil)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  private func giveWay() {
    close(.tryAgainLater, reason: "another machine needs the place", cause: .displaced)
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength,
      NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
      NIOWebSocketFrameAggregator.Error.tooManyFragments:
      close(
        .messageTooLarge, reason: "a message holds at most \(configuration.message) bytes", cause: .oversizedMessage)
    case WebSocketFrameRules.Violation.invalidText:
      close(.invalidText, reason: "text must be UTF-8", cause: .invalidText)
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
    case .ping, .pong:
      receiveControl(frame, context: context)
    case .connectionClose:
      answerClose(frame.unmaskedData, context: context)
    case .binary:
      close(.unacceptableData, reason: "only text is spoken here", cause: .binaryMessage)
    default:
      break
    }
  }

  private func receiveControl(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
    guard controlFrames.take(at: context.eventLoop.now.uptimeNanoseconds) else {
      return close(.policyViolation, reason: "too many pings", cause: .flood)
    }
    // A peer that does not read its pongs gets no more of them (RFC 6455, section 5.5.3).
    guard frame.opcode == .ping, context.channel.isWritable else { return }
    // Flushed when all that came with it has been read.
    context.write(wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)), promise: nil)
  }

  package func channelReadComplete(context: ChannelHandlerContext) {
    context.flush()
    context.fireChannelReadComplete()
  }

  private func receiveText(_ data: ByteBuffer) {
    // One frame may be as long as the decoder lets through, also when it was no fragment.
    guard data.readableBytes <= configuration.message else {
      return close(
        .messageTooLarge, reason: "a message holds at most \(configuration.message) bytes", cause: .oversizedMessage)
    }
    statistics.count { $0.webSocketMessagesReceived += 1 }
    places.socket?.establish()
    // `WebSocketFrameRules` has seen that it is UTF-8.
    if case .stopProducing = source.yield(Array(buffer: data)) { reading.isHeld = true }
  }

  package func read(context: ChannelHandlerContext) {
    if reading.isHeld { reading.isPending = true } else { context.read() }
  }

  /// The reader has caught up, or nothing is for it any more.
  func resumeReading() {
    reading.isHeld = false
    guard reading.isPending else { return }
    reading.isPending = false
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
    beginClosing(context: context)
    let data = Self.closeData(code, reason: reason)
    context.writeAndFlush(
      wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)), promise: nil)
  }

  /// The peer closes: it gets its own status back, or is told what is wrong with it, and then the end of the stream.
  private func answerClose(_ data: ByteBuffer, context: ChannelHandlerContext) {
    let echo: ByteBuffer
    do throws(WebSocketCloseCode.Refusal) {
      echo = try WebSocketCloseCode.received(in: data).map { Self.closeData($0, reason: "") } ?? ByteBuffer()
    } catch {
      statistics.count { $0.webSocketsClosed[error.cause, default: 0] += 1 }
      echo = Self.closeData(error.code, reason: error.reason)
    }
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
    places.socket?.release()
    places.connection?.establish(false)
    let deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
      context.close(promise: nil)
    }
    state = .closing(context: context, deadline: deadline)
    resumeReading()
  }

  private static func closeData(_ code: WebSocketCloseCode, reason: String) -> ByteBuffer {
    var data = ByteBuffer()
    data.writeInteger(code.rawValue)
    data.writeSubstring(prefix(of: reason, bytes: 123))
    return data
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
