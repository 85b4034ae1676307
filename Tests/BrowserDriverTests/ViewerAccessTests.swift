import BrowserDriver
import Testing

/// How the page is laid out, and whether it can be used by keyboard and with little sight.
extension BrowserTests {
  @Suite struct ViewerAccessTests {
    private static let isPlaying = "cupola.state().connection === 'playing'"

    @Test(arguments: [
      Viewport.phone, Viewport(width: 320, height: 568, scale: 2, isMobile: true),
      Viewport(width: 844, height: 390, scale: 3, isMobile: true), .desktop,
    ])
    func `nothing overflows, and the picture is as wide as the window`(viewport: Viewport) async throws {
      try await StandInServer.withPage(viewport: viewport) { page in
        try await page.waitUntil(Self.isPlaying)
        for panel in ["none", "statistics", "remote"] {
          if panel != "none" { try await page.click("#\(panel)-button") }
          let strays: [String] = try await page.evaluate(Self.strays)
          #expect(strays == [], "\(viewport), panel: \(panel)")
          let scroll: [Int] = try await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
          #expect(scroll[0] <= viewport.width && scroll[1] <= viewport.height, "\(scroll)")
          if panel != "none" { try await page.click("#\(panel) .close") }
        }
        let isWide: Bool = try await page.evaluate(
          """
          (() => {
            const box = cupola.video().getBoundingClientRect();
            const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return box.x === 0 && box.width === innerWidth && box.height > innerHeight * 0.3 && box.top >= 0
              && box.bottom <= innerHeight && middle.tagName === 'VIDEO';
          })()
          """)
        #expect(isWide)
      }
    }

    @Test(arguments: [Viewport.desktop, .phone])
    func `every control is reached by Tab, shows it, has a name and can be read`(viewport: Viewport) async throws {
      try await StandInServer.withPage(viewport: viewport) { page in
        try await page.waitUntil(Self.isPlaying)
        for isOperator in [false, true] {
          if isOperator {
            try await page.run("cupola.authenticate('2468')")
            try await page.waitUntil("cupola.state().role === 'operator'")
          }
          // On a narrow window one panel closes the other.
          for panel in ["statistics", "remote"] {
            try await page.run(
              "document.getElementById('\(panel)').hidden && document.getElementById('\(panel)-button').click()")
            let wanted: [String] = try await page.evaluate(Self.script + ".wanted()")
            var reached: Set<String> = []
            try await page.run("document.activeElement.blur()")
            for _ in 0..<(wanted.count + 5) {
              try await page.pressKey("Tab")
              guard let stop: Stop = try await page.evaluate(Self.script + ".stop()") else { continue }
              reached.insert(stop.id)
              #expect(!stop.name.isEmpty, "\(stop.id) has no name")
              #expect(stop.isRinged, "\(stop.id) does not show that it has the focus")
              #expect(stop.contrast >= 4.5, "\(stop.id): \(stop.contrast)")
            }
            #expect(Set(wanted).subtracting(reached) == [], "reached: \(reached)")
            #expect(wanted.count >= 9)
          }
        }
        let faint: [String] = try await page.evaluate(Self.script + ".faint()")
        #expect(faint == [])
      }
    }

    private struct Stop: Decodable {
      var id, name: String
      var isRinged: Bool
      var contrast: Double
    }

    /// What sticks out of the window; what a list that scrolls holds may.
    private static let strays = """
      [...document.querySelectorAll('button, input, label, video, header, aside, nav, section, dd, dt, p, h1, h2')]
        .filter((element) => element.checkVisibility() && !element.matches('.unseen'))
        .filter((element) => {
          const list = element.closest('#presets, .panel');
          if (list && list !== element && list.scrollHeight > list.clientHeight) return false;
          if (list?.id === 'presets' && list.scrollWidth > list.clientWidth) return false;
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
        })
        .map((element) => `${element.tagName} ${element.id} ${element.className}`)
      """

    /// Contrast is that of WCAG 2.2, over the lightest picture that can be behind the glass.
    private static let script = """
      (() => {
        const parts = (colour) => {
          const numbers = colour.match(/[\\d.]+/g).map(Number);
          return colour.startsWith('color(srgb') ? [...numbers.slice(0, 3).map((n) => 255 * n), numbers[3] ?? 1]
            : [...numbers.slice(0, 3), numbers[3] ?? 1];
        };
        const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => a * value + (1 - a) * below[i]);
        const background = (element) => {
          if (!element) return [255, 255, 255];
          if (element.matches('html, body, main')) return [255, 255, 255];
          return over(parts(getComputedStyle(element).backgroundColor), background(element.parentElement));
        };
        const luminance = (rgb) => rgb.map((value) => value / 255)
          .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
          .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
        const contrast = (element) => {
          const below = background(element);
          const ink = over(parts(getComputedStyle(element).color), below);
          const [light, dark] = [luminance(ink), luminance(below)].sort((a, b) => b - a);
          return (light + 0.05) / (dark + 0.05);
        };
        const id = (element) => element.id || element.dataset.number || element.closest('aside')?.id + ' ' + element.className;
        // A group of radio buttons is one stop.
        const controls = () => [...document.querySelectorAll('button, input')]
          .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled)
          .filter((element) => element.type !== 'radio' || element.checked);
        const name = (element) => {
          const label = element.ariaLabel ?? [...(element.labels ?? [])].map((one) => one.textContent).join(' ');
          return (label || element.textContent).trim();
        };
        return {
          wanted: () => controls().map(id),
          stop: () => {
            const element = document.activeElement;
            if (element === document.body || element === document.documentElement) return null;
            const shown = element.type === 'radio' ? element.labels[0] : element;
            const style = getComputedStyle(shown);
            return { id: id(element), name: name(element), contrast: contrast(shown),
              isRinged: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 };
          },
          faint: () => [...document.querySelectorAll('#bar *, .panel *')]
            .filter((element) => element.checkVisibility({ visibilityProperty: true }))
            .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
            .filter((element) => !element.closest('svg') && contrast(element) < 4.5)
            .map((element) => `${element.tagName} ${element.textContent}: ${contrast(element)}`),
        };
      })()
      """
  }
}
