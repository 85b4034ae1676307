import Media
import SphericalVideo
import Testing

@Suite struct PanoramaTestCardTests {
  private static let colours: [(name: String, r: Double, g: Double, b: Double)] = [
    ("front", 192, 0, 0), ("right", 0, 160, 0), ("back", 0, 0, 192), ("left", 192, 192, 0), ("up", 0, 192, 192),
    ("down", 192, 0, 192),
  ]

  /// Reads a view of 90°: its middle square is one face, `side` pixels wide, of which coordinates are given in 1/960.
  private struct Reader {
    let picture: OwnedPicture

    private func place(_ x: Int, _ y: Int) -> (Int, Int) {
      let side = picture.view.size.width
      return (x * side / 960, picture.view.size.height / 2 + (y - 480) * side / 960)
    }

    /// R'G'B' of BT.709 in limited range.
    func colour(_ x: Int, _ y: Int) -> (r: Double, g: Double, b: Double) {
      let (i, j) = place(x, y)
      let luma = (Double(picture[0, i, j]) - 16) * 255 / 219
      let cb = (Double(picture[1, i / 2, j / 2]) - 128) / 224 * 255
      let cr = (Double(picture[2, i / 2, j / 2]) - 128) / 224 * 255
      return (luma + 1.5748 * cr, luma - 0.1873 * cb - 0.4681 * cr, luma + 1.8556 * cb)
    }

    var face: String {
      let seen = colour(250, 700)
      func distance(_ r: Double, _ g: Double, _ b: Double) -> Double {
        (seen.r - r) * (seen.r - r) + (seen.g - g) * (seen.g - g) + (seen.b - b) * (seen.b - b)
      }
      return colours.min { distance($0.r, $0.g, $0.b) < distance($1.r, $1.g, $1.b) }!.name
    }

    var number: Int? {
      var white: UInt32 = 0
      for cell in 0..<FrameNumberBars.cells {
        let green = [20, 30, 40].map { colour(300 + 18 * cell + 9, 540 + $0).g }.reduce(0, +) / 3
        if green > 110 { white |= 1 << UInt32(cell) }
      }
      return FrameNumberBars.number(white)
    }
  }

  private static func card(_ number: Int, _ size: VideoSize = PanoramaTestCard.defaultSize) -> OwnedPicture {
    let card = PanoramaTestCard(size: size)
    let picture = OwnedPicture(.yuv420p, size)
    card.drawBase(into: picture.view)
    card.drawFrameNumber(number, into: picture.view)
    return picture
  }

  private static func view(_ source: OwnedPicture, _ preset: CameraPreset, _ output: VideoSize) -> Reader {
    let table = RemapTable(
      from: SourceGeometry(size: source.view.size, layout: .yuv420p, projection: Equirectangular()), to: output,
      view: preset.view)
    let target = OwnedPicture(.yuv420p, output)
    Remapper.remap(source.view, through: table, into: target.view)
    return Reader(picture: target)
  }

  @Test(arguments: [
    (VideoSize(width: 2560, height: 1280), VideoSize(width: 1280, height: 720)),
    (VideoSize(width: 2560, height: 1280), VideoSize(width: 960, height: 960)),
    (VideoSize(width: 1280, height: 640), VideoSize(width: 640, height: 360)),
  ])
  func `every face tells its name and the frame's number`(size: VideoSize, output: VideoSize) {
    let card = PanoramaTestCard(size: size)
    let picture = OwnedPicture(.yuv420p, size)
    card.drawBase(into: picture.view)
    for number in [0, 0xA5C3, 0xFFFF, 12345] {
      card.drawFrameNumber(number, into: picture.view)
      for preset in CameraPreset.defaults {
        let seen = Self.view(picture, preset, output)
        #expect(seen.face == preset.name)
        #expect(seen.number == number, "\(preset.name) at \(output)")
      }
    }
  }

  @Test func `the colour at the place where readers look is the plain one`() {
    let picture = Self.card(1)
    for (preset, expected) in zip(CameraPreset.defaults, Self.colours) {
      let seen = Self.view(picture, preset, VideoSize(width: 960, height: 960)).colour(250, 700)
      #expect(abs(seen.r - expected.r) < 4 && abs(seen.g - expected.g) < 4 && abs(seen.b - expected.b) < 4, "\(seen)")
    }
  }

  @Test func `ffmpeg reads the same from the card`() throws {
    let (picture, output) = (Self.card(0x3C5A), VideoSize(width: 960, height: 960))
    for (preset, (yaw, pitch)) in zip(
      CameraPreset.defaults, [(0.0, 0.0), (90, 0), (180, 0), (-90, 0), (0, 90), (0, -90)])
    {
      let filter = ReferenceDecoder.view(yaw: yaw, pitch: pitch, roll: 0, fieldOfView: 90, size: output)
      let seen = Reader(picture: try ReferenceDecoder.filter(picture, filter, to: output))
      #expect(seen.face == preset.name)
      #expect(seen.number == 0x3C5A)
    }
  }

  @Test func `drawing a number again changes only the bars`() {
    let first = Self.card(7)
    PanoramaTestCard().drawFrameNumber(65535, into: first.view)
    PanoramaTestCard().drawFrameNumber(7, into: first.view)
    #expect(first.hasSameBytes(as: Self.card(7)))
  }

  @Test func `bars with a wrong parity or frame are not read`() {
    let white = FrameNumberBars.white(0x1234)
    #expect(FrameNumberBars.number(white) == 0x1234)
    for bit in 0..<FrameNumberBars.cells {
      #expect(FrameNumberBars.number(white ^ 1 << UInt32(bit)) == nil)
    }
    #expect(FrameNumberBars.number(FrameNumberBars.white(0x1_0005)) == 5)
  }

  @Test func `a clip that others made is read the same way, if it is there`() throws {
    guard let file = ReferenceDecoder.media("made/compass.mp4") else { return }
    let picture = try ReferenceDecoder.frame(37, of: file, size: VideoSize(width: 3840, height: 1920))
    for preset in CameraPreset.defaults {
      let seen = Self.view(picture, preset, VideoSize(width: 1280, height: 720))
      #expect(seen.face == preset.name)
      #expect(seen.number == 37)
    }
  }
}
