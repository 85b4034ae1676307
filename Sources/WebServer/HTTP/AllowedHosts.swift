/// The names that this server answers to, so that no foreign name can be rebound to its address.
///
/// A page of evil.example whose name suddenly resolves to this machine would be same-origin with it; its requests still
/// carry `Host: evil.example`. Addresses, `localhost`, `*.local` (mDNS, RFC 6762), names without a dot, which nobody
/// can register, and the configured names pass.
package struct AllowedHosts: Sendable {
  private let names: Set<String>

  package init(names: [String] = []) {
    self.names = Set(names.compactMap { HostAuthority($0)?.host })
  }

  /// Whether a request with this `Host` field is for us.
  package func allows(_ field: String) -> Bool { HostAuthority(field).map(allows) ?? false }

  func allows(_ authority: HostAuthority) -> Bool {
    authority.isAddress || !authority.host.contains(".") || authority.host.hasSuffix(".local")
      || names.contains(authority.host)
  }

  /// The answer to any other name.
  static func refusal(of name: String?) -> APIError {
    let name = name.map { " \"\($0)\"" } ?? " that name"
    return APIError(
      status: 421, code: "unknownHost",
      message: "This server does not answer to\(name). Open it by its address or its .local name, or add the name to "
        + "server.hosts in its configuration.")
  }
}
