import NIOCore
import NIOWebSocket

/// Refuses frames that a client may not send: unmasked, with reserved bits, of an unknown opcode, or text that cannot
/// become UTF-8 any more (RFC 6455, sections 5.1, 5.2 and 8.1). Sits before the aggregator, which forgets masks and
/// reserved bits, and waits for the rest.
final class WebSocketFrameRules: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias InboundOut = WebSocketFrame

  enum Violation: Error {
    case unmasked, reservedBits, unknownOpcode, invalidText
  }

  /// Of the text that has begun; nil between messages, and within one of another kind.
  private var text: UTF8Progress?

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    if let violation = violation(of: frame) {
      context.fireErrorCaught(violation)
    } else {
      context.fireChannelRead(data)
    }
  }

  private func violation(of frame: WebSocketFrame) -> Violation? {
    if frame.maskKey == nil { return .unmasked }
    if frame.rsv1 || frame.rsv2 || frame.rsv3 { return .reservedBits }
    switch frame.opcode {
    case .text: text = UTF8Progress()
    case .continuation: break
    case .binary:
      text = nil
      return nil
    case .ping, .pong, .connectionClose: return nil
    default: return .unknownOpcode
    }
    guard text?.take(frame.unmaskedData.readableBytesView) != false else { return .invalidText }
    guard frame.fin else { return nil }
    defer { text = nil }
    return text?.isAtEnd == false ? .invalidText : nil
  }
}
