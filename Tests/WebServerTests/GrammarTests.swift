import Testing
import WebServer

/// Requests byte for byte (RFC 9112), and what becomes of them.
@Suite struct GrammarTests {
  private static let routes = [
    Route(.get, "/q") { .text($0.query.map { "\($0)=\($1)" }.sorted().joined(separator: " ")) },
    Route(.get, "/name/{name}") { .text($0.parameters["name"] ?? "") },
    Route(.post, "/echo") { .json($0.body) },
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var status: Int
    var body: String?
    var bytes: String
    /// Whether the connection ends after the answer.
    var isLast: Bool

    /// `lines` without the last two line ends.
    init(_ description: String, _ status: Int, _ lines: String, body: String? = nil, isLast: Bool = false) {
      testDescription = description
      self.status = status
      self.body = body
      bytes = lines
      self.isLast = isLast
    }
  }

  private static let post = "POST /echo HTTP/1.1\r\nHost: localhost\r\n"
  private static let get = "GET /q HTTP/1.1\r\nHost: localhost\r\n"

  static let cases = [
    // The target (section 3.2).
    Case("origin form", 200, "GET /q?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "a=1"),
    Case("absolute form", 200, "GET http://localhost/q?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "a=1"),
    Case("absolute form, whatever Host says", 200, "GET HTTP://tv.example/q HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
    Case("absolute form without a path", 404, "GET http://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("absolute form of another host", 421, "GET http://evil.example/q HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("absolute form with a user", 400, "GET http://a@localhost/q HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("absolute form of another scheme", 400, "GET ftp://localhost/q HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("a scheme without a host", 400, "GET http:/q HTTP/1.1\r\nHost: localhost\r\n\r\n", isLast: true),
    Case("a relative path", 400, "GET q HTTP/1.1\r\nHost: localhost\r\n\r\n", isLast: true),
    Case("a fragment", 400, "GET /q#x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("asterisk form", 204, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("an asterisk for another method", 400, "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("authority form", 501, "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", isLast: true),
    Case("needless escapes", 200, "GET /%71?%61=%62 HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "a=b"),
    Case("an escape that is broken", 400, "GET /name/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("an escape that breaks off", 400, "GET /name/%4 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("escapes that are no UTF-8", 400, "GET /name/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("an escaped slash", 200, "GET /name/a%2Fb HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "a/b"),
    Case("dots are no climbing", 200, "GET /name/.. HTTP/1.1\r\nHost: localhost\r\n\r\n", body: ".."),
    Case("a slash more", 404, "GET /q/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("two slashes", 404, "GET //q HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Case("a repeated query field", 200, "GET /q?a=1&a=2&b HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "a=1 b="),
    Case("a query that is odd", 200, "GET /q?&&=&%zz=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", body: "%zz=%zz ="),
    // Host (section 3.2).
    Case("no Host", 400, "GET /q HTTP/1.1\r\n\r\n"),
    Case("two Hosts", 400, "\(get)Host: localhost\r\n\r\n"),
    Case("an empty Host", 400, "GET /q HTTP/1.1\r\nHost:\r\n\r\n"),
    // Fields (section 5).
    Case("a space before the colon", 400, "\(get)X : 1\r\n\r\n", isLast: true),
    Case("a field without a name", 400, "\(get): 1\r\n\r\n", isLast: true),
    Case("a folded line", 400, "\(get)X: 1\r\n 2\r\n\r\n", isLast: true),
    Case("a NUL", 400, "\(get)X: a\u{0}b\r\n\r\n", isLast: true),
    Case("a carriage return alone", 400, "\(get)X: a\rb\r\n\r\n", isLast: true),
    Case("spaces around a value", 200, "\(get)X: \t 1 \t \r\n\r\n"),
    // The body (section 6).
    Case("a length", 200, "\(post)Content-Length: 2\r\n\r\n{}", body: "{}"),
    Case("two lengths", 400, "\(post)Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", isLast: true),
    Case("two lengths that differ", 400, "\(post)Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", isLast: true),
    Case("a list of lengths", 400, "\(post)Content-Length: 2, 2\r\n\r\n{}", isLast: true),
    Case("a signed length", 400, "\(post)Content-Length: +2\r\n\r\n{}", isLast: true),
    Case("a length in hexadecimal", 400, "\(post)Content-Length: 0x2\r\n\r\n{}", isLast: true),
    Case("a length beyond every number", 400, "\(post)Content-Length: 99999999999999999999\r\n\r\n{}", isLast: true),
    Case("chunks", 200, "\(post)Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", body: "{}"),
    Case("chunks, in capitals", 200, "\(post)Transfer-Encoding: CHUNKED\r\n\r\n2\r\n{}\r\n0\r\n\r\n", body: "{}"),
    Case("a chunk extension", 200, "\(post)Transfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\n{}\r\n0\r\n\r\n", body: "{}"),
    Case("a trailer", 200, "\(post)Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nHost: evil\r\n\r\n", body: "{}"),
    Case("chunks and a length", 400, "\(post)Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", isLast: true),
    Case("a length and chunks", 400, "\(post)Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", isLast: true),
    Case("another coding", 501, "\(post)Transfer-Encoding: gzip\r\n\r\n", isLast: true),
    Case("no coding", 501, "\(post)Transfer-Encoding: identity\r\n\r\n", isLast: true),
    Case("chunks that are not the last", 400, "\(post)Transfer-Encoding: chunked, gzip\r\n\r\n", isLast: true),
    Case("a coding beneath", 501, "\(post)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", isLast: true),
    Case("chunks twice", 400, "\(post)Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", isLast: true),
    Case("a chunk size that is none", 400, "\(post)Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n", isLast: true),
    Case("a chunk longer than it says", 400, "\(post)Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n", isLast: true),
    Case("a coded body", 415, "\(post)Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    Case("the body of a GET", 200, "\(get)Content-Length: 2\r\n\r\n{}"),
    Case("an expectation", 417, "\(post)Expect: wonders\r\nContent-Length: 2\r\n\r\n{}"),
    // HTTP/1.0.
    Case("HTTP/1.0 without a Host", 200, "GET /q HTTP/1.0\r\n\r\n", isLast: true),
    Case("HTTP/1.0 with a foreign Host", 421, "GET /q HTTP/1.0\r\nHost: evil.example\r\n\r\n", isLast: true),
    Case(
      "HTTP/1.0 expects nothing", 200, "POST /echo HTTP/1.0\r\nExpect: x\r\nContent-Length: 2\r\n\r\n{}", isLast: true),
    Case("the last request of its connection", 200, "\(get)Connection: close\r\n\r\n", isLast: true),
    Case("the last request, in a list", 200, "\(get)Connection: x, Close\r\n\r\n", isLast: true),
  ]

  @Test(arguments: cases)
  func `a request is taken to the letter`(test: Case) async throws {
    try await TestServer.run(routes: Self.routes) { server in
      try await TestClient.connect(to: server) { client in
        try await client.send(test.bytes)
        let answer = try await client.response()
        #expect(answer.status == test.status, "\(answer)")
        if let body = test.body { #expect(answer.body == body) }
        if test.isLast {
          #expect(answer.headers["connection"] == "close")
          #expect(await client.reachesEnd())
        } else {
          // What is left of it is not taken for a request.
          #expect(try await client.request("GET", "/q?b=2").body == "b=2")
        }
      }
    }
  }
}
