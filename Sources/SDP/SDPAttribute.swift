import SansIO

/// One `a=` line: `a=name` or `a=name:value` (RFC 8866 section 5.13).
public struct SDPAttribute: Hashable, Sendable, CustomStringConvertible {
  public var name: String
  /// Nil for a property such as `rtcp-mux`.
  public var value: String?

  public init(_ name: String, _ value: String? = nil) {
    self.name = name
    self.value = value
  }

  public var description: String { value.map { "a=\(name):\($0)" } ?? "a=\(name)" }
}

/// What has `a=` lines: the session and each of its media.
public protocol SDPAttributeHolder {
  var attributes: [SDPAttribute] { get }
}

extension SDPAttributeHolder {
  /// The value of the first attribute of that name.
  public func value(of name: String) -> String? { attributes.first { $0.name == name }?.value }

  public func values(of name: String) -> [String] { attributes.compactMap { $0.name == name ? $0.value : nil } }

  public func has(_ name: String) -> Bool { attributes.contains { $0.name == name } }

  public var iceUfrag: String? { value(of: "ice-ufrag") }
  public var icePassword: String? { value(of: "ice-pwd") }
  /// `actpass`, `active`, `passive` or `holdconn` (RFC 8842).
  public var setup: String? { value(of: "setup") }
  /// Those of an algorithm that is accepted; others are passed over, since a peer may list some of an earlier or a later
  /// day.
  public var fingerprints: [Fingerprint] { values(of: "fingerprint").compactMap { Fingerprint($0) } }

  /// Nil when none is given.
  public var direction: MediaDirection? { MediaDirection.allCases.first { has($0.rawValue) } }
}

public enum MediaDirection: String, Sendable, CaseIterable { case sendrecv, sendonly, recvonly, inactive }
