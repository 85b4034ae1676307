import BrowserDriver
import Foundation
import Testing

extension BrowserTests {
  @Suite struct TestCardReadingTests {
    /// Draws one face as a camera sees it that looks straight at it, 90° wide: `focal` pixels are the face's half width.
    private static let drawing = """
      function draw(canvas, colour, number, isParityWrong) {
        const context = canvas.getContext('2d');
        const focal = canvas.width / 2;
        context.fillStyle = colour;
        context.fillRect(0, 0, canvas.width, canvas.height);
        const bits = number.toString(2).padStart(16, '0');
        const ones = [...bits].filter((bit) => bit === '1').length;
        const parity = (ones % 2 === 1) !== Boolean(isParityWrong) ? '1' : '0';
        [...('10' + bits + parity + '1')].forEach((bit, cell) => {
          context.fillStyle = bit === '1' ? 'white' : 'black';
          const left = canvas.width / 2 + (focal * (18 * cell - 180)) / 480;
          context.fillRect(left, canvas.height / 2 + (focal * 60) / 480, (focal * 18) / 480, (focal * 60) / 480);
        });
      }
      """

    private func withCard(width: Int = 1280, height: Int = 720, _ body: (Page) async throws -> Void) async throws {
      let html =
        "<!doctype html><canvas id=card width=\(width) height=\(height)></canvas><script>\(Self.drawing)</script>"
      try await SharedBrowser.withPage { page in
        try await page.navigate(to: "data:text/html;base64," + Data(html.utf8).base64EncodedString())
        try await body(page)
      }
    }

    @Test func `reads colour and number of every face, wide and square`() async throws {
      let views: [(String, String, CameraView)] = [
        ("F", "#c00000", CameraView(yaw: 0)), ("R", "#00a000", CameraView(yaw: 90)),
        ("B", "#0000c0", CameraView(yaw: 180)), ("L", "#c0c000", CameraView(yaw: -90)),
        ("U", "#00c0c0", CameraView(yaw: 0, pitch: 90)), ("D", "#c000c0", CameraView(yaw: 0, pitch: -90)),
      ]
      for (width, height) in [(1280, 720), (640, 640)] {
        try await withCard(width: width, height: height) { page in
          for (index, (face, colour, view)) in views.enumerated() {
            let number = [0, 1, 255, 40_000, 65_535, 12_345][index]
            try await page.run("draw(card, '\(colour)', \(number))")
            let reading = try await page.readTestCard(view, from: "card")
            #expect(reading.face == face)
            #expect(reading.colour == face)
            #expect(reading.frame == number)
            #expect(reading.width == width && reading.height == height)
          }
        }
      }
    }

    @Test func `tells the face that is there from the one that should be`() async throws {
      try await withCard { page in
        try await page.run("draw(card, '#00a000', 77)")
        let reading = try await page.readTestCard(CameraView(yaw: 0), from: "card")
        #expect(reading.face == "F")
        #expect(reading.colour == "R")
        #expect(reading.frame == 77)
      }
    }

    @Test func `wrong parity is no number and black is no colour`() async throws {
      try await withCard { page in
        try await page.run("draw(card, '#c00000', 5, true)")
        #expect(try await page.readTestCard(CameraView(yaw: 0), from: "card").frame == nil)
        try await page.run("card.getContext('2d').clearRect(0, 0, 1280, 720)")
        let black = try await page.readTestCard(CameraView(yaw: 0), from: "card")
        #expect(black.colour == nil && black.frame == nil)
        #expect(try await page.readTestCard(CameraView(yaw: 0), from: "document.createElement('video')").width == 0)
      }
    }

    @Test func `a view in which no row is whole has no face`() async throws {
      try await withCard { page in
        let reading = try await page.readTestCard(CameraView(yaw: 45, pitch: 35, fov: 20), from: "card")
        #expect(reading.face == nil)
      }
    }

    @Test func `watches the frames of a video one by one`() async throws {
      try await withCard(width: 640, height: 360) { page in
        try await page.run(
          """
          (() => {
            window.video = document.createElement('video');
            video.muted = true;
            video.srcObject = card.captureStream();
            let number = 0;
            setInterval(() => draw(card, '#0000c0', number++), 40);
            document.body.append(video);
            return video.play();
          })()
          """)
        let frames = try await page.watchTestCard(CameraView(yaw: 180), frames: 12, from: "() => video")
        let numbers = frames.compactMap(\.reading.frame)
        #expect(frames.count == 12)
        #expect(frames.allSatisfy { $0.reading.colour == "B" })
        #expect(numbers.count == 12)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(Set(numbers).count > 6)
      }
    }
  }
}
