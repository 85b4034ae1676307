import NIOEmbedded

extension EmbeddedChannel {
  /// Closes the channel if it is open, and lets its pipeline, which refers to it, go.
  func tearDown() {
    _ = try? finish(acceptAlreadyClosed: true)
    embeddedEventLoop.run()
    try? embeddedEventLoop.close()
  }
}
