import NIOCore
import NIOWebSocket

/// Refuses frames that a client may not send: unmasked, with reserved bits, or of an unknown opcode
/// (RFC 6455, sections 5.1 and 5.2). Sits before the aggregator, which forgets masks and reserved bits.
final class WebSocketFrameRules: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame

  enum Violation: Error {
    case unmasked, reservedBits, unknownOpcode
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    if frame.maskKey == nil {
      context.fireErrorCaught(Violation.unmasked)
    } else if frame.rsv1 || frame.rsv2 || frame.rsv3 {
      context.fireErrorCaught(Violation.reservedBits)
    } else {
      switch frame.opcode {
      case .text, .binary, .continuation, .ping, .pong, .connectionClose: context.fireChannelRead(data)
      default: context.fireErrorCaught(Violation.unknownOpcode)
      }
    }
  }
}
