import NIOCore

/// One open WebSocket. Every method may be called from any thread or task and returns at once.
public final class WebSocketConnection: Sendable {
  /// Unique among the sockets of this server, never reused.
  public let id: UInt64
  public let remoteAddress: RemoteAddress
  /// What the peer says.
  public let inbound: WebSocketMessages

  private let eventLoop: any EventLoop
  private let handler: NIOLoopBound<WebSocketHandler>
  private let budget: OutboundBudget
  private let places: WebSocketHandler.HeldPlaces

  init(
    id: UInt64, remoteAddress: RemoteAddress, handler: WebSocketHandler, eventLoop: any EventLoop,
    places: WebSocketHandler.HeldPlaces
  ) {
    self.places = places
    self.id = id
    self.remoteAddress = remoteAddress
    self.eventLoop = eventLoop
    self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    inbound = handler.messages
    budget = handler.budget
  }

  /// Sends one text message, which must be UTF-8.
  ///
  /// Returns false when the socket is closed or closing. A peer that reads so slowly that more than the configured
  /// messages or bytes wait for it is closed with 1013 instead of being waited for.
  @discardableResult
  public func send(_ text: [UInt8]) -> Bool {
    switch budget.reserve(text.count) {
    case .granted:
      eventLoop.execute { [handler] in handler.value.write(text) }
      return true
    case .overflowed:
      eventLoop.execute { [handler] in
        handler.value.close(.tryAgainLater, reason: "reading too slowly", cause: .slowReader)
      }
      return false
    case .closed:
      return false
    }
  }

  /// Keeps the socket, an operator's, whoever else comes, as far as there are reserved places.
  public func privilege() {
    places.connection?.privilege()
    places.socket?.privilege()
  }

  /// Closes the socket after the messages that were sent before. `reason` is cut to the 123 bytes that a close frame
  /// holds. Closing twice keeps the first code.
  public func close(_ code: WebSocketCloseCode, reason: String = "") {
    eventLoop.execute { [handler] in handler.value.close(code, reason: reason, cause: .application) }
  }
}
