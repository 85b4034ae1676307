import NIOCore
import NIOHTTP1

/// The first to see a request's head: makes its target plain, and decides for NIO's upgrader, which sits behind it,
/// whether the connection becomes a WebSocket.
///
/// The upgrader forgets the head of a request whose upgrade it refuses, and the HTTP decoder reads nothing more after a
/// request that asks for one. So a request that is not admitted loses its `Upgrade` field here, is answered like any
/// other, and is the last of its connection.
final class HandshakeFilter: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  private enum State {
    case beforeFirstRequest
    case http
    /// What follows are no HTTP parts any more.
    case webSocket
  }

  private var state = State.beforeFirstRequest
  private let admission: WebSocketAdmission
  /// Why the connection's first request did not make it a WebSocket; nil when it did not ask for that.
  private(set) var refusal: WebSocketRefusal?
  /// That of the WebSocket; nil before it is one.
  private(set) var place: Place?

  init(admission: WebSocketAdmission) { self.admission = admission }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .webSocket = state { return context.fireChannelRead(data) }
    guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
    head.makePlain()
    switch state {
    case .beforeFirstRequest: decide(on: head, channel: context.channel)
    case .http, .webSocket: break
    }
    if place == nil {
      state = .http
      // Hummingbird knows the end of a connection by this one value, whatever the version (RFC 9112, section 9.3).
      if head.method == .CONNECT || head.headers.contains(name: "upgrade") || !head.isKeepAlive {
        head.headers.remove(name: "upgrade")
        head.headers.replaceOrAdd(name: "connection", value: "close")
      }
    }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  private func decide(on head: HTTPRequestHead, channel: any Channel) {
    switch admission.decide(on: head, from: channel) {
    case .admitted(let place):
      channel.closeFuture.whenComplete { _ in place.release() }
      self.place = place
      state = .webSocket
    case .refused(let refusal): self.refusal = refusal
    case .noHandshake: break
    }
  }
}
