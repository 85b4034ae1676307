import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Follows requests and answers of a connection that speaks HTTP: tells the guard where a request begins and ends, and
/// the connection's place whether one is being answered; says `100 Continue`, and ends the connection after an answer
/// with `Connection: close`.
final class ExchangeHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let connectionGuard: ConnectionGuard
  private var isLastResponse = false
  /// Requests that are here whole and not answered.
  private var unanswered = 0

  init(connectionGuard: ConnectionGuard) { self.connectionGuard = connectionGuard }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      connectionGuard.requestStarted()
      if head.headerFields[.expect]?.lowercased() == "100-continue" {
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
      }
    case .body:
      break
    case .end:
      connectionGuard.requestCompleted()
      unanswered += 1
      if unanswered == 1 { connectionGuard.place?.establish() }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      isLastResponse = head.headerFields[.connection] == "close"
      context.write(data, promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      context.writeAndFlush(data, promise: promise)
      unanswered -= 1
      if unanswered <= 0 { connectionGuard.place?.establish(false) }
      // Only this direction: closing both with unread input would reset the connection and lose the answer. What the
      // peer still sends is thrown away until it stops or the guard's time is up.
      if isLastResponse { context.close(mode: .output, promise: nil) }
    }
  }
}
