import Foundation
import Glibc
import Testing

extension WholeApplianceTests {
  @Suite(.enabled(if: NetworkNamespace.isAllowed, "needs root")) struct GuessingNeighbourTests {
    /// The statuses of guesses at the PIN from each of the addresses, each over a connection of its own.
    private static func guess(
      _ pin: String, from addresses: [String], at server: CupolaProcess, in namespace: NetworkNamespace
    ) async throws -> [Int] {
      let port = server.ports.http
      return try await namespace.inside {
        try addresses.map { address in
          let descriptor = try NeighbourTests.connect(from: address, to: "fd00::1", port: port)
          defer { close(descriptor) }
          let body = #"{"pin":"\#(pin)"}"#
          let request = Array(
            ("POST /api/v1/operators HTTP/1.1\r\nHost: [fd00::1]\r\nConnection: close\r\n"
              + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)").utf8)
          try #require(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
          var answer = [UInt8](repeating: 0, count: 4096)
          let count = recv(descriptor, &answer, answer.count, 0)
          let text = String(decoding: answer.prefix(max(count, 0)), as: UTF8.self)
          return Int(text.dropFirst(9).prefix(3)) ?? 0
        }
      }
    }

    @Test func `a neighbour with three hundred addresses of the operator's own network guesses as one machine`()
      async throws
    {
      let (machine, stranger, home) = (
        try await NetworkNamespace(), try await NetworkNamespace(), try await NetworkNamespace()
      )
      for (name, namespace) in [("lan1", stranger), ("lan2", home)] {
        try machine.connect(name, to: namespace)
        try namespace.ip("link set lo up")
      }
      try machine.ip("link set lo up")
      // Both are of fd00::/64, which is one network as far as anybody can tell by addresses.
      try machine.ip("address add fd00::1/64 dev lan1 nodad")
      try machine.ip("address add fd00::1/128 dev lan2 nodad")
      try machine.ip("route add fd00::aaaa/128 dev lan2")
      try home.ip("address add fd00::aaaa/64 dev lan nodad")
      let addresses = (2..<302).map { "fd00::\(String($0, radix: 16))" }
      let folder = try TemporaryFolder()
      try stranger.ip(
        "-batch \(folder.write(addresses.map { "address add \($0)/64 dev lan nodad\n" }.joined(), to: "addresses"))")

      let server = try await CupolaProcess.start(pin: "482913", host: "[::]", launcher: machine.launcher)
      let statuses = try await Self.guess("000000", from: addresses, at: server, in: stranger)
      let compared = statuses.count { $0 == 401 }
      print("of \(statuses.count) guesses \(compared) were compared")
      #expect(compared == 5 && statuses.count { $0 == 429 } == 300 - compared)
      #expect(try await Self.guess("482913", from: ["fd00::aaaa"], at: server, in: home) == [201])
    }
  }
}
