import Clocks
import Media

/// Takes a view's pictures, by reference, for the display's thread.
final class DisplaySink: PictureSink {
  private let exchange: DisplayExchange
  private let due: @Sendable (MediaTime) -> Int64
  private var taken: (picture: Picture, time: MediaTime)?

  init(_ exchange: DisplayExchange, due: @escaping @Sendable (MediaTime) -> Int64) {
    self.exchange = exchange
    self.due = due
  }

  func prepare(for colour: ColourDescription) {}

  /// Every picture can be understood alone.
  func take(_ picture: Picture, time: MediaTime, isEntryPoint: Bool) -> TakenPicture? {
    guard picture.layout == .yuv420p else { return nil }
    taken = (picture, time)
    return TakenPicture(isEntryPoint: true, bytes: 0)
  }

  func present() {
    guard let (picture, time) = taken.take() else { return }
    exchange.offer(
      ArrivedPicture(picture: picture, time: time.nanoseconds, due: due(time), arrival: MonotonicTime.now))
  }

  /// The programme is somewhere else, or nowhere: the slate comes on.
  func release() {
    taken = nil
    exchange.change { state in
      state.inbox = []
      state.hasProgramme = false
    }
  }
}
