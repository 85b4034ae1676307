import NIOCore

/// The text messages of one socket in the order of their arrival, each whole and valid UTF-8; ends with the socket.
///
/// Only one loop may read it, once. While nobody reads, the socket is not read either: a flood stays with its sender.
public struct WebSocketMessages: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = Never

  typealias Producer = NIOAsyncSequenceProducer<
    [UInt8], NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Demand
  >

  let producer: Producer

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: producer.makeAsyncIterator()) }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let base: Producer.AsyncIterator

    public mutating func next() async -> [UInt8]? { await base.next() }
  }

  /// Tells the socket's handler, on its event loop, that the reader wants more.
  final class Demand: NIOAsyncSequenceProducerDelegate, Sendable {
    let eventLoop: any EventLoop
    /// Set while the handler is in a pipeline.
    let handler: NIOLoopBoundBox<WebSocketHandler?>

    init(eventLoop: any EventLoop) {
      self.eventLoop = eventLoop
      handler = .makeEmptyBox(valueType: WebSocketHandler.self, eventLoop: eventLoop)
    }

    func produceMore() {
      eventLoop.execute { self.handler.value?.resumeReading() }
    }

    func didTerminate() {}
  }
}
