import NIOCore

/// The first handler of every connection: closes it when a request does not arrive or an answer is not read in time,
/// or when it is still there some time after a graceful shutdown began. It holds the connection's place.
package final class ConnectionGuard: ChannelInboundHandler {
  package typealias InboundIn = ByteBuffer

  private let requestTimeout: TimeAmount
  private let shutdownGrace: TimeAmount
  private let statistics: WebServerStatistics
  /// nil: the connection needs none.
  let place: Place?
  private var context: ChannelHandlerContext?
  private var hasReceived = false
  private var request: Scheduled<Void>?
  private var response: Scheduled<Void>?
  private var shutdown: Scheduled<Void>?

  package init(limits: HTTPServiceConfiguration.Limits, statistics: WebServerStatistics, place: Place? = nil) {
    self.place = place
    requestTimeout = TimeAmount(limits.requestTimeout)
    shutdownGrace = TimeAmount(limits.shutdownGrace)
    self.statistics = statistics
  }

  package func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    statistics.connectionOpened()
    requestStarted()
  }

  package func handlerRemoved(context: ChannelHandlerContext) {
    statistics.connectionClosed()
    for task in [request, response, shutdown] { task?.cancel() }
    self.context = nil
  }

  /// The whole request must be here within the time from now; also a new connection's first.
  package func requestStarted() {
    request?.cancel()
    request = closeAfter(requestTimeout, isTimeout: true)
  }

  /// The request is here, or the connection speaks something else by now.
  package func requestCompleted() {
    request?.cancel()
    request = nil
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasReceived = true
    context.fireChannelRead(data)
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    response?.cancel()
    response = context.channel.isWritable ? nil : closeAfter(requestTimeout, isTimeout: true)
    context.fireChannelWritabilityChanged()
  }

  package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      // Browsers open connections ahead of need; nothing is lost with one that said nothing.
      guard hasReceived else { return context.close(promise: nil) }
      shutdown = shutdown ?? closeAfter(shutdownGrace, isTimeout: false)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func closeAfter(_ delay: TimeAmount, isTimeout: Bool) -> Scheduled<Void>? {
    context?.eventLoop.assumeIsolated().scheduleTask(in: delay) {
      if isTimeout { self.statistics.count { $0.timedOutConnections += 1 } }
      self.context?.close(promise: nil)
    }
  }
}
