import BrowserDriver

/// What every default preset sees: one face, straight ahead. All of them are alike but for the colour, so this view reads
/// any of them, and the colour tells which it is.
let straightAhead = CameraView(yaw: 0)

/// The letters of the faces that the default presets 0…5 look at.
let presetFaces = ["F", "R", "B", "L", "U", "D"]

/// The viewer page of a running server.
extension Page {
  /// Opens the page and returns when it shows a picture.
  func watch(_ server: CupolaProcess, query: String = "") async throws {
    try await navigate(to: server.url + query)
    try await waitUntilPlaying()
  }

  func waitUntilPlaying() async throws { try await waitUntil("cupola.state().connection === 'playing'") }

  /// Returns when the picture on screen is of that preset.
  func waitUntilShown(_ preset: Int) async throws {
    try await waitUntilTold(preset)
    let isThere = "(await (\(Self.colour))) === '\(presetFaces[preset])'"
    try await waitUntil(isThere)
  }

  /// Returns when the page says that its stream shows that preset.
  func waitUntilTold(_ preset: Int) async throws {
    try await waitUntil("cupola.state().preset === \(preset) && cupola.state().pending === null")
  }

  /// The colour on screen, as one pixel of the face where neither letter nor number is.
  private static let colour = """
    (() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [16, 9];
      const context = canvas.getContext('2d');
      const video = cupola.video();
      context.drawImage(
        video, 0.73 * video.videoWidth, 0.87 * video.videoHeight, video.videoWidth / 80, video.videoHeight / 80,
        0, 0, 16, 9);
      const [r, g, b] = context.getImageData(8, 4, 1, 1).data;
      return [['F', 192, 0, 0], ['R', 0, 160, 0], ['B', 0, 0, 192], ['L', 192, 192, 0], ['U', 0, 192, 192], ['D', 192, 0, 192]]
        .find(([, ...colour]) => Math.hypot(colour[0] - r, colour[1] - g, colour[2] - b) < 80)?.[0] ?? null;
    })()
    """
}
