import BrowserDriver

/// What every default preset sees: one face, straight ahead, with its number below the middle. So this view reads any of
/// them, and the colour that is found tells which it is.
let straightAhead = CameraView(yaw: 0)

/// The letters of the faces that the default presets 0…5 look at.
let presetFaces = ["F", "R", "B", "L", "U", "D"]

/// What did not happen on a page.
struct PageFailure: Error, CustomStringConvertible {
  var description: String
}

/// The viewer page of a running server.
extension Page {
  /// Opens the page and returns when it shows a picture.
  func watch(_ server: CupolaProcess, query: String = "") async throws {
    try await navigate(to: server.url + query)
    try await waitUntilPlaying()
  }

  func waitUntilPlaying() async throws { try await waitUntil("cupola.state().connection === 'playing'") }

  /// Returns when a frame of that preset is presented, and the page says that its stream shows it.
  @discardableResult
  func waitUntilShown(_ preset: Int) async throws -> TestCardReading {
    var last: TestCardReading?
    for _ in 0..<300 {
      last = try await watchTestCard(straightAhead, frames: 1, timeout: .seconds(10)).first?.reading
      if let last, last.colour == presetFaces[preset], last.frame != nil {
        try await waitUntil("cupola.state().preset === \(preset) && cupola.state().pending === null")
        return last
      }
    }
    throw PageFailure(description: "preset \(preset) is not on screen but \(String(describing: last))")
  }

  /// Every frame that is presented while `body` runs and afterwards, until there are `count`; at least one before it.
  func watchTestCard(frames count: Int, during body: () async throws -> Void) async throws -> [WatchedFrame] {
    try await run("window.looks = 0")
    async let frames = watchTestCard(
      straightAhead, frames: count, from: "() => { window.looks += 1; return cupola.video(); }")
    // The first look only asks for the first frame.
    try await waitUntil("looks > 2")
    try await body()
    return try await frames
  }

  /// The viewer's incoming video stream, as in `getStats()`.
  func inboundStream() async throws -> InboundStream {
    try await evaluate(
      "cupola.statistics().then((all) => all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video'))")
  }
}

/// The part of an `inbound-rtp` entry that these tests look at.
struct InboundStream: Decodable, Sendable {
  var ssrc: UInt32
  var framesReceived: Int
  var framesDecoded: Int
}

extension [WatchedFrame] {
  var numbers: [Int] { compactMap(\.reading.frame) }

  /// From frame to frame by the test card's own numbers. Zero where the page looked so late that it saw the next frame
  /// already.
  ///
  /// - Parameter period: how many numbers there are before they begin again.
  func steps(period: Int = 65536) -> [Int] {
    zip(numbers, numbers.dropFirst()).map { ($1 - $0 + period) % period }
  }

  /// From frame to frame in RTP time, 1/90000 s.
  var rtpSteps: [Int] {
    zip(self, dropFirst()).map { Int(Int32(bitPattern: ($1.rtpTimestamp ?? 0) &- ($0.rtpTimestamp ?? 0))) }
  }

  /// The share of the frames of the time that was watched which were on screen, by the browser's count and the test
  /// card's numbers.
  func sharePresented(period: Int = 65536) -> Double {
    guard let first, let last else { return 0 }
    let span = steps(period: period).reduce(0, +)
    return span == 0 ? 0 : Double(last.presentedFrames - first.presentedFrames) / Double(span)
  }

  /// The share of them that the page itself came to see, by the test card's own numbers.
  func shareSeen(period: Int = 65536) -> Double {
    let steps = steps(period: period)
    let span = steps.reduce(0, +)
    return span == 0 ? 0 : Double(steps.count { $0 > 0 }) / Double(span)
  }
}
