import DTLS
import DatagramIO
import Foundation
import SansIO
import Synchronization
import WebRTCTestPeer

/// What a neighbour does to take the picture away. Each goes on until it is told to stop, and counts what it did.
enum Attack: String, CaseIterable {
  case nothing = "nobody attacks"
  case shortRecords = "DTLS records, short and forged, under a viewer's address"
  case longOffers = "offers of 61 KB, 98 at once, again and again"
  case unfinishedOffers = "100 offers a second that never connect"
  case quietConnections = "600 quiet HTTP connections, and WebSockets that say nothing"
  case guesses = "guesses at the operator PIN from 200 addresses"
  case junk = "junk to the media port, 20,000 datagrams a second"
  case scrapes = "/metrics and state, again and again on four connections"

  /// What an attacker needs to know.
  struct Target: Sendable {
    var host: String
    var http: UInt16
    var media: TransportAddress
  }

  /// Datagrams under the honest viewer's own address, which the bench sends for the attacker every few milliseconds.
  var forgeries: [[UInt8]] {
    guard self == .shortRecords else { return [] }
    func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
    var records = [[21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40] as [UInt8]]
    for type in [20, 21, 22, 23, 24, 63] as [UInt8] {
      for epoch in 0...2 as ClosedRange<UInt8> {
        let body = random(Int.random(in: 0...40))
        records.append([type, 0xFE, 0xFD, 0, epoch] + random(6) + [0, UInt8(body.count)] + body)
      }
    }
    return records
  }

  /// - Returns: how many times it did what it does.
  func run(against target: Target, until isOver: @Sendable () -> Bool) throws -> Int {
    switch self {
    case .nothing, .shortRecords:
      while !isOver() { pause(10) }
      return 0
    case .longOffers: return Self.repeatOffers(98, every: 2500, padding: 61_000, target, isOver)
    case .unfinishedOffers: return Self.repeatOffers(1, every: 10, padding: 0, target, isOver)
    case .quietConnections: return Self.holdConnections(target, isOver)
    case .guesses: return Self.guess(target, isOver)
    case .junk: return try Self.sendJunk(target, isOver)
    case .scrapes:
      var count = 0
      while !isOver() {
        for path in ["/metrics", "/api/v1/state", "/healthz"] {
          _ = try? LoopbackHTTP.request("GET", path, host: target.host, port: target.http)
          count += 1
        }
      }
      return count
    }
  }

  /// `batch` offers side by side, `milliseconds` apart.
  private static func repeatOffers(
    _ batch: Int, every milliseconds: UInt32, padding: Int, _ target: Target, _ isOver: @Sendable () -> Bool
  ) -> Int {
    guard let certificate = try? Certificate.generate() else { return 0 }
    var count = 0
    let address = TransportAddress(.loopbackV4, port: 9)
    let line = "a=x-filler:0123456789\r\n"
    let filler = String(repeating: line, count: padding / line.utf8.count)
    while !isOver() {
      var random = SystemRandomNumberGenerator()
      let offers = (0..<batch).map { _ in
        TestPeer(configuration: .init(localAddress: address, certificate: certificate), random: &random).offer + filler
      }
      let sockets = offers.compactMap { offer in
        post(offer, to: "/whep/\(Int.random(in: 0...5))", target)
      }
      count += sockets.count
      pause(milliseconds)
      for socket in sockets { close(socket) }
    }
    return count
  }

  /// Sends a request and does not wait for the answer.
  private static func post(_ offer: String, to path: String, _ target: Target) -> Int32? {
    guard let socket = try? LoopbackHTTP.connect(host: target.host, port: target.http) else { return nil }
    let head =
      "POST \(path) HTTP/1.1\r\nHost: \(target.host)\r\nContent-Type: application/sdp\r\n"
      + "Content-Length: \(offer.utf8.count)\r\n\r\n"
    try? LoopbackHTTP.send(Array((head + offer).utf8), on: socket)
    return socket
  }

  private static func holdConnections(_ target: Target, _ isOver: () -> Bool) -> Int {
    var held: [Int32] = []
    while !isOver() {
      if held.count < 600, let socket = try? LoopbackHTTP.connect(host: target.host, port: target.http) {
        if held.count % 3 == 0 {
          let handshake =
            "GET /ws HTTP/1.1\r\nHost: \(target.host)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + "Sec-WebSocket-Protocol: cupola.v1\r\n\r\n"
          try? LoopbackHTTP.send(Array(handshake.utf8), on: socket)
        }
        held.append(socket)
      } else {
        pause(10)
      }
    }
    for socket in held { close(socket) }
    return held.count
  }

  private static func guess(_ target: Target, _ isOver: () -> Bool) -> Int {
    var count = 0
    while !isOver() {
      _ = try? LoopbackHTTP.request(
        "POST", "/api/v1/playlist/next", host: target.host, port: target.http,
        bearer: "\(Int.random(in: 100_000..<1_000_000))", from: "10.191.2.\(50 + count % 200)")
      count += 1
    }
    return count
  }

  private static func sendJunk(_ target: Target, _ isOver: () -> Bool) throws -> Int {
    var socket = try UDPSocket(bind: TransportAddress(.anyV4, port: 0))
    var burst = DatagramBurst(byteCapacity: 1 << 16, capacity: 64)
    var count = 0
    let own = TransportAddress(.anyV4, port: socket.localAddress.port)
    while !isOver() {
      burst.removeAll()
      for _ in 0..<20 {
        let kind = [0x00, 0x16, 0x80, 0xFF][count % 4] as UInt8
        _ = burst.append([kind] + (0..<99).map { _ in UInt8.random(in: 0...255) })
        count += 1
      }
      _ = socket.send(burst, on: NetworkPath(local: own, remote: target.media))
      pause(1)
    }
    return count
  }
}

/// Lets `milliseconds` pass: an attacker has a rhythm.
private func pause(_ milliseconds: UInt32) {
  var time = timespec(tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
  clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nil)
}
