import BrowserDriver
import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  /// What SECURITY.md recommends, taken from there, with the nginx that `make test` unpacks.
  @Suite(.enabled(if: Chromium.isWanted, "CUPOLA_SKIP_BROWSER is set")) struct ProxyTests {
    private static let name = "cupola.example.org"

    @Test func `behind nginx as SECURITY.md has it, the page joins over TLS and switches`() async throws {
      let server = try await CupolaProcess.start(server: "hosts: [\(Self.name)], proxies: [127.0.0.1]")
      let folder = try TemporaryFolder()
      let port = try Self.freePort()
      let nginx = try Self.startNginx(in: folder, port: port, of: server)
      defer { nginx.signal(SIGQUIT) }

      let browser = try Chromium(
        arguments: ["--ignore-certificate-errors", "--host-resolver-rules=MAP \(Self.name) 127.0.0.1"])
      defer { browser.close() }
      let page = try await browser.newPage()
      try await page.navigate(to: "https://\(Self.name):\(port)/")
      try await page.waitUntilPlaying()
      try await page.waitUntilShown(0)
      #expect(try await page.evaluate("location.protocol + ' ' + isSecureContext") == "https: true")
      try await page.run("document.dispatchEvent(new KeyboardEvent('keydown', {key: '2', bubbles: true}))")
      try await page.waitUntilShown(2)
      #expect(page.consoleMessages.map(\.description) == [])
    }

    /// nginx in the foreground, which serves when its port is taken.
    private static func startNginx(
      in folder: TemporaryFolder, port: UInt16, of server: CupolaProcess
    ) throws -> SupervisedProcess {
      try makeCertificate(in: folder)
      let recipe = try recipe()
        .replacing("listen 443 ssl", with: "listen 127.0.0.1:\(port) ssl")
        .replacing("/etc/ssl/cupola", with: folder["cupola"])
        .replacing("127.0.0.1:8080", with: "127.0.0.1:\(server.ports.http)")
      let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map { "\($0)_temp_path \(folder[$0]);" }.joined(separator: "\n")
      let configuration = try folder.write(
        """
        daemon off;
        pid \(folder["pid"]);
        error_log \(folder["errors"]);
        events {}
        http {
          access_log off;
          \(temporary)
          \(recipe)
        }

        """, to: "nginx.conf")
      return SupervisedProcess(
        [".build/nginx/usr/sbin/nginx", "-e", folder["errors"], "-c", configuration], errors: folder["nginx"],
        limit: .seconds(120))
    }

    /// The block of nginx's in SECURITY.md.
    private static func recipe() throws -> String {
      let page = try String(contentsOfFile: "SECURITY.md", encoding: .utf8)
      let blocks = page.split(separator: "```nginx\n", omittingEmptySubsequences: false)
      let recipe = try #require(blocks.dropFirst().first?.split(separator: "```\n").first)
      return String(recipe)
    }

    private static func makeCertificate(in folder: TemporaryFolder) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", folder["cupola.key"],
        "-out", folder["cupola.pem"],
      ]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    }

    /// One that was free a moment ago: nginx has to be told a number.
    private static func freePort() throws -> UInt16 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutableBytes(of: &address) { bytes in
        let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
        return bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
      }
      try #require(result)
      return UInt16(bigEndian: address.sin_port)
    }
  }
}
