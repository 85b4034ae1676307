import Foundation
import SansIO
import Synchronization

/// What honest viewers see of a neighbour who wants to take their picture away.
///
/// The server, the honest viewers and the attacker are three machines: network namespaces with links of their own. An
/// honest viewer watches all the time; while each attack goes on, another one joins.
enum HostileBench {
  private static let half = Duration.seconds(3)
  private static let forgeryInterval = Duration.milliseconds(10)

  static func run() throws -> [BenchRow] {
    let (honest, hostile) = (try BenchHost(1), try BenchHost(2))
    try hostile.addAddresses(50..<250)
    let server = try CupolaServer(
      media: nil, host: "0.0.0.0", server: "advertise: [\(honest.gateway), \(hostile.gateway)]")
    defer { server.stop() }
    return try Attack.allCases.map { attack in
      Progress.say("hostile: \(attack.rawValue) …")
      return try measure(attack, on: server, from: hostile, honest)
    }
  }

  private static func measure(
    _ attack: Attack, on server: CupolaServer, from hostile: BenchHost, _ honest: BenchHost
  ) throws -> BenchRow {
    let crowd = try ViewerCrowd(of: server, on: honest)
    try crowd.join(preset: 0)
    try crowd.run(for: .seconds(1))
    let before = server.residentBytes / 1e6
    crowd.watchAnew()

    let isOver = Flag()
    let media = TransportAddress(IPAddress(hostile.gateway) ?? .anyV4, port: try crowd.mediaPort)
    let target = Attack.Target(host: hostile.gateway, http: server.port, media: media)
    let attacking = hostile.begin { try attack.run(against: target) { isOver.isSet } }
    defer { isOver.set() }
    run(crowd, under: attack)
    let join = try? crowd.join(preset: 1)
    run(crowd, under: attack)
    let watched = crowd.watched
    isOver.set()
    let attempts = try attacking.wait()
    let after = server.residentBytes / 1e6
    while crowd.count > 0 { crowd.leaveOldest() }

    let figure =
      watched.map {
        "\($0.missed) of \($0.frames + $0.missed) frames missed, longest pause \(($0.longestPause * 1000).text(0)) ms"
      } ?? "the viewer was sent away"
    return BenchRow(
      name: attack.rawValue, figure: figure,
      peer: "a join \(join.map { "\(($0 * 1000).text(0)) ms" } ?? "refused"), memory \(before.text(0)) → "
        + "\(after.text(0)) MB; \(attempts) times",
      reach: "0, ≤ 150 ms, ≤ 1 s",
      isReached: watched.map { $0.missed == 0 && $0.longestPause <= 0.15 } ?? false && (join ?? .infinity) <= 1)
  }

  private static func run(_ crowd: ViewerCrowd, under attack: Attack) {
    for _ in 0..<Int(half / forgeryInterval) {
      crowd.forge { attack.forgeries }
      // A viewer that was sent away is told by `watched`.
      try? crowd.run(for: forgeryInterval)
    }
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }
}
