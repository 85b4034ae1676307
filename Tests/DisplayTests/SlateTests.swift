import Display
import Foundation
import Media
import Testing

@Suite struct SlateTests {
  private static let slate = Slate(
    name: "Cupola Foyer", sentence: "No film can be opened: /media/usb is empty, and films.m3u names none.",
    addresses: ["http://192.168.178.45:8080/", "http://cupola-foyer.local:8080/"], pin: "7KQ2-M4XD")

  /// The codes that `zbarimg` finds in a drawing, as it is stored.
  private func codes(in drawing: Drawing) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appending(path: "slate-\(UUID()).ppm")
    defer { try? FileManager.default.removeItem(at: file) }
    var bytes = Data("P6\n\(drawing.size.width) \(drawing.size.height)\n255\n".utf8)
    for y in 0..<drawing.size.height {
      for x in 0..<drawing.size.width {
        let pixel = drawing[x, y]
        bytes.append(contentsOf: [UInt8(pixel >> 16), UInt8(pixel >> 8 & 255), UInt8(pixel & 255)])
      }
    }
    try bytes.write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/zbarimg")
    process.arguments = ["--quiet", "--raw", file.path(percentEncoded: false)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    VideoSize(width: 1920, height: 1080), .init(width: 1080, height: 1920), .init(width: 640, height: 480),
    .init(width: 3840, height: 2160), .init(width: 1366, height: 768),
  ])
  func `the code of a slate is read as the first address`(size: VideoSize) throws {
    #expect(try codes(in: Self.slate.drawing(size)) == ["http://192.168.178.45:8080/"])
  }

  @Test(arguments: [0, 1, 2, 3]) func `it is read from a screen that hangs turned`(quarters: Int) throws {
    let turn = PictureTurn(quarters: quarters)
    let upright = Self.slate.drawing(turn.turned(VideoSize(width: 1280, height: 720)))
    let stored = upright.stored(by: turn)
    #expect(stored.size == VideoSize(width: 1280, height: 720))
    #expect(try codes(in: stored) == ["http://192.168.178.45:8080/"])
    // As Media says where a place is stored.
    for (x, y) in [(3, 5), (400, 300), (700, 20)] {
      let place = turn.stored(
        x: (Double(x) + 0.5) / Double(upright.size.width), y: (Double(y) + 0.5) / Double(upright.size.height))
      #expect(stored[Int(place.x * 1280), Int(place.y * 720)] == upright[x, y])
    }
  }

  @Test func `the longest address that is a code is read, and a longer one has none`() throws {
    let long = "http://" + String(repeating: "cupola.", count: 60) + "local/"
    #expect(try codes(in: Slate(name: "C", addresses: [long]).drawing(VideoSize(width: 1920, height: 1080))) == [long])
    #expect(QRCode(String(repeating: "x", count: 513)) == nil && QRCode("") == nil)
    let bare = Slate(name: "C", addresses: ["http://10.0.0.1/"], hasCode: false)
    #expect(try codes(in: bare.drawing(VideoSize(width: 1280, height: 720))).isEmpty)
  }

  @Test func `whatever is written, the slate is drawn within its size`() {
    let strange = Slate(
      name: String(repeating: "Ä", count: 1000), sentence: "Ёлки 😀 \u{0} \n\t ß " + String(repeating: "W", count: 5000),
      addresses: (0..<50).map { "http://[fe80::\($0)%eth0]:8080/" }, pin: String(repeating: "9", count: 400))
    for size in [VideoSize(width: 320, height: 200), .init(width: 1080, height: 1920), .init(width: 4096, height: 321)]
    {
      let drawing = strange.drawing(size)
      #expect(drawing.size == size)
      #expect((0..<size.height).contains { y in (0..<size.width).contains { drawing[$0, y] != drawing[0, 0] } })
    }
  }

  @Test func `letters are as high as can be read from three metres`() {
    // A line of one letter: its rows on a screen of 50 cm height (40 inches).
    let slate = Slate(name: "", sentence: "I", hasCode: false)
    let size = VideoSize(width: 1920, height: 1080)
    let drawing = slate.drawing(size)
    let rows = (0..<size.height).filter { y in (0..<size.width).contains { drawing[$0, y] != drawing[0, 0] } }
    // 1/200 of the distance is what signs are made to (DIN 1450: 15 mm at 3 m).
    #expect(Double(rows.count) / Double(size.height) * 498 >= 15)
  }
}
