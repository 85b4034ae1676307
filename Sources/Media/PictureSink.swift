/// Whoever takes the pictures of a view, one after the other: an encoder, a screen, a file.
///
/// It is called on one thread at a time, the view's reader's, and may take as long as pictures last.
public protocol PictureSink: AnyObject {
  /// Gets ready for pictures in these colours, which may take many milliseconds. What is wrong, `take` says.
  func prepare(for colour: ColourDescription)

  /// Takes a picture, and keeps what comes of it for `present`.
  ///
  /// - Parameters:
  ///   - time: when it is due on the media time line.
  ///   - isEntryPoint: whether it is to be understood by somebody who has seen none before.
  /// - Returns: nil when nothing came of it.
  /// - Throws: what went wrong; the next picture finds it as new.
  func take(_ picture: Picture, time: MediaTime, isEntryPoint: Bool) throws -> TakenPicture?

  /// Hands on what `take` made; not called when nobody wants it any more.
  func present()

  /// Lets go of what is needed for pictures, for none comes in the near future.
  func release()
}

/// What a sink made of a picture.
public struct TakenPicture: Hashable, Sendable {
  public var isEntryPoint: Bool
  /// What it takes on the wire.
  public var bytes: Int

  public init(isEntryPoint: Bool, bytes: Int) {
    self.isEntryPoint = isEntryPoint
    self.bytes = bytes
  }
}
