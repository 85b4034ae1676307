import Media
import Testing

@Suite struct PrintableLocationTests {
  @Test(
    arguments: [
      ("rtsp://admin:s3cret@127.0.0.1:18399", "rtsp://127.0.0.1:18399", "127.0.0.1:18399"),
      ("http://user:t0p@cam.lan/live/cam.mp4?token=abc", "http://cam.lan/live/cam.mp4", "cam.mp4"),
      ("http://cam.lan?token=abc", "http://cam.lan", "cam.lan"),
      ("https://cam.lan/a.mp4#s3cret", "https://cam.lan/a.mp4", "a.mp4"),
      ("rtsp://admin:p@ss@[fe80::1]:554/a", "rtsp://[fe80::1]:554/a", "a"),
      ("rtsp://admin:pa/ss@host/a", "rtsp://host/a", "a"),
      ("http://user@host/@home/a", "http://host/@home/a", "a"),
      ("http://host/@home/a", "http://host/@home/a", "a"), ("http://[::1]/x@y", "http://[::1]/x@y", "x@y"),
      ("cache:http://u:s3cret@h/a?b", "cache:http://h/a", "a"),
      ("http://proxy/http://u:s3cret@h/a", "http://proxy/http://h/a", "a"),
      ("rtmp://h/app user=u pass=s3cret", "rtmp://h/app", "app"),
      ("/media/what?/a#1 b@c.mp4", "/media/what?/a#1 b@c.mp4", "a#1 b@c.mp4"), ("", "", ""), ("://", "://", ":"),
      ("http://h/G%C3%B6%20x.mp4", "http://h/G%C3%B6%20x.mp4", "Gö x.mp4"),
      ("/media/100%25.mp4", "/media/100%25.mp4", "100%25.mp4"), ("http://h/a%0Ab", "http://h/a%0Ab", "a%0Ab"),
      ("http://h/%E9.mp4", "http://h/%E9.mp4", "%E9.mp4"),
    ])
  func `a URL is shown without user, query and fragment, and a path as it is`(
    location: String, shown: String, name: String
  ) {
    #expect("\(PrintableLocation(location))" == shown)
    #expect(PrintableLocation(location).name == name)
  }

  @Test(
    arguments: [
      ("Opening 'rtsp://a:b@h/x?t=1' for reading", "Opening 'rtsp://h/x' for reading"),
      ("[tcp @ 0x1] Connection to tcp://h:1?timeout=8: refused", "[tcp @ 0x1] Connection to tcp://h:1: refused"),
      ("http://a:b@h/x?t=1: Server returned 404", "http://h/x: Server returned 404"),
      ("http://a:b@h/x, http://c:d@i/y?z", "http://h/x, http://i/y"), ("nothing @ all: 1/2?", "nothing @ all: 1/2?"),
      ("(see http://a:b@h/x?t=1).", "(see http://h/x."), ("", ""),
    ])
  func `URLs in a line are shown so, and the rest is left alone`(line: String, shown: String) {
    #expect(PrintableLocation.redacting(line) == shown)
  }
}
