import Synchronization

/// Where a server's probe asks from: how the server tells that question, which always gets through, from others.
package final class ProbePort: Sendable {
  private let port = Atomic<Int>(0)

  package init() {}

  /// 0: the probe has no connection.
  func set(_ port: Int) { self.port.store(port, ordering: .releasing) }

  func isProbe(_ port: Int?) -> Bool { port != nil && port != 0 && port == self.port.load(ordering: .acquiring) }
}
