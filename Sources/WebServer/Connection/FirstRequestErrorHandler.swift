import NIOCore
import NIOHTTP1

/// Answers 400 when a connection's first bytes are no HTTP request. Later ones reach Hummingbird, which answers itself.
final class FirstRequestErrorHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let statistics: WebServerStatistics
  private var hasAnswered = false

  init(statistics: WebServerStatistics) { self.statistics = statistics }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Whatever still comes after the first error is one too.
    guard error is HTTPParserError, !hasAnswered else { return }
    hasAnswered = true
    statistics.count { $0.malformedRequests += 1 }
    let body = APIError(status: 400, code: "badRequest", message: "This is not an HTTP request.").response.body
    let headers = HTTPHeaders([
      ("Content-Type", "application/json"), ("Content-Length", "\(body.count)"), ("Connection", "close"),
    ])
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    // Closing both directions with unread input would reset the connection and lose the answer; the guard ends it.
    context.close(mode: .output, promise: nil)
  }
}
