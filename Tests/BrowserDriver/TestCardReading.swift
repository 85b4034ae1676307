/// What a picture of the panorama test card says about itself.
public struct TestCardReading: Decodable, Hashable, Sendable {
  /// The letter of the cube face whose frame number could be looked for in this view: F, R, B, L, U, D; nil: none is in it.
  public let face: String?
  /// The letter of the face whose colour is really there; different from `face` when the view is not what it should be.
  public let colour: String?
  /// The frame number in the bars; nil when they are not whole or their parity is wrong.
  public let frame: Int?
  /// The colour that was found: red, green, blue, 0…255.
  public let rgb: [Int]?
  /// The picture's size in pixels; 0 before there is one.
  public let width: Int
  public let height: Int
}

/// A frame that was presented while somebody watched.
public struct WatchedFrame: Decodable, Hashable, Sendable {
  public let reading: TestCardReading
  /// As in `requestVideoFrameCallback`; nil where the picture does not come over RTP.
  public let rtpTimestamp: UInt32?
  /// Unix milliseconds of the browser's clock.
  public let presentedAt: Double
  /// The browser's count of frames that were composited: a gap is a frame that was not seen.
  public let presentedFrames: Int
}

/// How a camera preset looks at the panorama: degrees; yaw to the right, pitch up, roll clockwise, `fov` horizontal.
public struct CameraView: Hashable, Sendable {
  public var yaw, pitch, roll, fov: Double

  public init(yaw: Double, pitch: Double = 0, roll: Double = 0, fov: Double = 90) {
    self.yaw = yaw
    self.pitch = pitch
    self.roll = roll
    self.fov = fov
  }

  var json: String { "{ yaw: \(yaw), pitch: \(pitch), roll: \(roll), fov: \(fov) }" }
}

extension Page {
  /// Reads the picture that is on screen now.
  ///
  /// - Parameter picture: an expression for a video, image or canvas element; the viewer page's video when omitted.
  public func readTestCard(_ view: CameraView, from picture: String = "cupola.video()") async throws -> TestCardReading
  {
    try await evaluate("(\(TestCardScript.source)).read(\(picture), \(view.json))")
  }

  /// Reads every frame that a video presents, until there are `count` of them or the time is over.
  public func watchTestCard(
    _ view: CameraView, frames count: Int, timeout: Duration = .seconds(30), from video: String = "() => cupola.video()"
  ) async throws -> [WatchedFrame] {
    let milliseconds = timeout / .milliseconds(1)
    return try await evaluate(
      "(\(TestCardScript.source)).watch(\(video), \(view.json), \(count), \(milliseconds))",
      within: timeout + .seconds(10))
  }
}
