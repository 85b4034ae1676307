import RTP

/// Which stream a viewer is shown, and which of its frames are sent.
///
/// A viewer starts at a key frame. When another stream is selected, the old one keeps on until a key frame of the new
/// one is there; after a frame is lost on the way out, nothing follows until the next key frame.
public struct StreamSelection: Equatable, Sendable {
  public enum State: Equatable, Sendable {
    /// Nothing is shown until a key frame of the stream comes.
    case waiting(for: StreamID)
    case showing(StreamID)
    /// The first is shown until a key frame of the second comes.
    case switching(from: StreamID, to: StreamID)
  }

  public enum Decision: Equatable, Sendable {
    case skip
    case send
    /// Send, and from this frame on the viewer sees a stream that it did not see before.
    case sendFirst
  }

  public private(set) var state: State
  /// The stream seen last: the same one again after a loss is no switch.
  private var lastShown: StreamID?

  public init(stream: StreamID) { state = .waiting(for: stream) }

  /// The stream that the viewer is to see.
  public var selected: StreamID {
    switch state {
    case .waiting(let stream), .showing(let stream), .switching(_, let stream): stream
    }
  }

  /// The stream of which a key frame is waited for.
  public var awaited: StreamID? {
    switch state {
    case .waiting(let stream), .switching(_, let stream): stream
    case .showing: nil
    }
  }

  /// The stream that frames of are being sent; nil before the first key frame and after a loss.
  public var shown: StreamID? {
    switch state {
    case .showing(let stream), .switching(let stream, _): stream
    case .waiting: nil
    }
  }

  /// Turns to another stream; back to the one that is still being shown takes no key frame.
  public mutating func select(_ stream: StreamID) {
    switch state {
    case .waiting: state = .waiting(for: stream)
    case .showing(let shown), .switching(let shown, _):
      state = shown == stream ? .showing(shown) : .switching(from: shown, to: stream)
    }
  }

  /// What to do with a frame. The caller says by `lost()` when sending it fails.
  public mutating func receive(_ stream: StreamID, isKeyFrame: Bool) -> Decision {
    switch state {
    case .showing(stream):
      return .send
    case .switching(from: stream, to: _):
      return .send
    case .waiting(for: stream) where isKeyFrame, .switching(_, to: stream) where isKeyFrame:
      let isFirst = lastShown != stream
      lastShown = stream
      state = .showing(stream)
      return isFirst ? .sendFirst : .send
    case .waiting, .showing, .switching:
      return .skip
    }
  }

  /// A frame went out incomplete or not at all: what depends on it is of no use.
  public mutating func lost() { state = .waiting(for: selected) }
}
