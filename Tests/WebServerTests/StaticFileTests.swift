import Testing
import WebServer

@Suite struct StaticFileTests {
  private func folder() throws -> TemporaryFolder {
    try TemporaryFolder([
      "index.html": "<title>Cupola</title>", "js/viewer.js": "export {}", "style.css": "a{}", "icon.svg": "<svg/>",
      "site.webmanifest": "{}", ".secret": "no", "js/.hidden/x.js": "no",
    ])
  }

  @Test func `a folder answers with its index and the security fields`() async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      let answer = try await TestClient.request(server, "GET", "/")
      #expect(answer.status == 200)
      #expect(answer.body == "<title>Cupola</title>")
      #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
      #expect(answer.headers["cache-control"] == "no-cache")
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      #expect(answer.headers["referrer-policy"] == "no-referrer")
      #expect(answer.headers["content-security-policy"]?.contains("connect-src 'self' ws: wss:") == true)
    }
  }

  @Test(arguments: [
    ("/js/viewer.js", "text/javascript; charset=utf-8"), ("/style.css", "text/css; charset=utf-8"),
    ("/icon.svg", "image/svg+xml"), ("/site.webmanifest", "application/manifest+json"),
    ("/js/../style.css?v=1", nil), ("/%73tyle.css?v=1", "text/css; charset=utf-8"),
  ])
  func `files have the media types of the web`(path: String, type: String?) async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      let answer = try await TestClient.request(server, "GET", path)
      #expect(answer.status == (type == nil ? 404 : 200))
      if let type { #expect(answer.headers["content-type"] == type) }
    }
  }

  @Test func `an unchanged file is not sent again, a changed one is`() async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      let tag = try #require(try await TestClient.request(server, "GET", "/style.css").headers["etag"])
      for field in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
        let answer = try await TestClient.request(server, "GET", "/style.css", headers: ["If-None-Match: \(field)"])
        #expect(answer.status == 304)
        #expect(answer.headers["etag"] == tag)
      }
      try folder.write("style.css", "b{}")
      let answer = try await TestClient.request(server, "GET", "/style.css", headers: ["If-None-Match: \(tag)"])
      #expect(answer.status == 200)
      #expect(answer.body == "b{}")
    }
  }

  @Test func `a condition that does not hold is told so`() async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      let tag = try #require(try await TestClient.request(server, "GET", "/style.css").headers["etag"])
      for (field, status) in [(tag, 200), ("*", 200), ("\"x\", \(tag)", 200), ("W/\(tag)", 412), ("\"x\"", 412)] {
        let answer = try await TestClient.request(server, "GET", "/style.css", headers: ["If-Match: \(field)"])
        #expect(answer.status == status, "If-Match: \(field)")
      }
      for field in ["\"other\"", "", tag.filter { $0 != "\"" }, "w/\(tag)", "\(tag)x"] {
        let answer = try await TestClient.request(server, "GET", "/style.css", headers: ["If-None-Match: \(field)"])
        #expect(answer.status == 200, "If-None-Match: \(field)")
      }
    }
  }

  @Test func `HEAD has the fields of GET and no body`() async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      try await TestClient.connect(to: server) { client in
        let head = try await client.request("HEAD", "/style.css")
        let get = try await client.request("GET", "/style.css")
        #expect(head.status == 200)
        #expect(head.headers["content-length"] == "3")
        #expect(head.headers["etag"] == get.headers["etag"])
        #expect(get.body == "a{}")
      }
    }
  }

  @Test(arguments: [
    "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/js/%2e%2e/style.css", "/.secret",
    "/js/.hidden/x.js", "//style.css", "/style.css%00", "/%zz", "/escape/passwd", "/link.css", "/nothing",
    "/style.css/", "/js/", "/..",
  ])
  func `nothing outside the folder, hidden or linked is shown`(path: String) async throws {
    let folder = try folder()
    try folder.link("escape", to: "/etc")
    try folder.link("link.css", to: "style.css")
    try await TestServer.run(webRoot: folder.path) { server in
      let answer = try await TestClient.request(server, "GET", path)
      #expect(answer.status == 404)
      #expect(answer.body == #"{"error":{"code":"notFound","message":"There is nothing at this address."}}"#)
    }
  }

  @Test func `a folder without its slash is redirected`() async throws {
    let folder = try TemporaryFolder(["panel/index.html": "panel"])
    try await TestServer.run(webRoot: folder.path) { server in
      let answer = try await TestClient.request(server, "GET", "/panel")
      #expect(answer.status == 308)
      #expect(answer.headers["location"] == "/panel/")
      #expect(try await TestClient.request(server, "GET", "/panel/").body == "panel")
    }
  }

  @Test func `a file takes no other method`() async throws {
    let folder = try folder()
    try await TestServer.run(webRoot: folder.path) { server in
      let refused = try await TestClient.request(server, "POST", "/style.css", body: "x")
      #expect(refused.status == 405)
      #expect(refused.headers["allow"] == "GET, HEAD, OPTIONS")
      #expect(try await TestClient.request(server, "OPTIONS", "/style.css").status == 204)
      for method in ["PURGE", "TRACE", "PROPFIND"] {
        let answer = try await TestClient.request(server, method, "/style.css")
        #expect(answer.status == 405 && answer.headers["allow"] == "GET, HEAD, OPTIONS", "\(method)")
        #expect(try await TestClient.request(server, method, "/nothing").status == 404)
      }
    }
  }
}
