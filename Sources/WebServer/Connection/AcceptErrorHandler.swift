import Glibc
import Logging
import NIOCore

/// Keeps the server alive when one connection cannot be accepted: the peer was gone already, or the process or the
/// kernel is out of descriptors or memory for now. Hummingbird would end with the first such error.
package final class AcceptErrorHandler: ChannelInboundHandler, Sendable {
  package typealias InboundIn = any Channel

  /// After these NIO leaves the listening socket open.
  private static let passing: Set<CInt> = [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM]

  private let logger: Logger

  package init(logger: Logger) { self.logger = logger }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let code = (error as? IOError)?.errnoCode, Self.passing.contains(code) else {
      return context.fireErrorCaught(error)
    }
    logger.warning("a connection was not accepted", metadata: ["error": "\(error)"])
  }
}
