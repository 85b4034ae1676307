import SansIO

/// Where one side can be reached (RFC 8839 section 5.1).
///
/// Its text is what stands after `a=`: `candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host`
public struct Candidate: Hashable, Sendable {
  public enum Kind: String, Sendable { case host, srflx, prflx, relay }
  public enum Transport: Hashable, Sendable {
    case udp
    /// RFC 6544: `active`, `passive` or `so`.
    case tcp(type: String)
  }

  public var foundation: String
  /// 1 is RTP; with rtcp-mux there is no other.
  public var component: Int
  public var transport: Transport
  public var priority: UInt32
  /// An IP address, or the `.local` name that a browser hides it behind.
  public var host: String
  public var port: UInt16
  public var kind: Kind

  /// A host candidate of this machine.
  ///
  /// `preference` 65535 is the most preferred of several (RFC 8445 section 5.1.2.1); every address is its own
  /// foundation.
  public init(host address: TransportAddress, preference: UInt16 = .max) {
    foundation = String(UInt32(UInt16.max - preference) + 1)
    component = 1
    transport = .udp
    priority = Self.priority(typePreference: 126, localPreference: preference, component: 1)
    host = address.ip.description
    port = address.port
    kind = .host
  }

  /// Where the candidate is, unless it hides behind a name.
  public var address: TransportAddress? { IPAddress(host).map { TransportAddress($0, port: port) } }

  /// RFC 8445 section 5.1.2.1.
  public static func priority(typePreference: UInt8, localPreference: UInt16, component: UInt8) -> UInt32 {
    UInt32(typePreference) << 24 | UInt32(localPreference) << 8 | UInt32(256 - UInt32(component))
  }
}

extension Candidate {
  /// The candidate as a line of a session description.
  var attribute: SDPAttribute { SDPAttribute("candidate", String(description.dropFirst("candidate:".count))) }
}

extension Candidate: LosslessStringConvertible {
  public var description: String {
    let (name, suffix) =
      switch transport {
      case .udp: ("udp", "")
      case .tcp(let type): ("tcp", " tcptype \(type)")
      }
    return "candidate:\(foundation) \(component) \(name) \(priority) \(host) \(port) typ \(kind.rawValue)\(suffix)"
  }

  /// Parses what stands after `a=`; extensions other than `tcptype` are skipped. Nil for anything malformed.
  public init?(_ text: String) {
    let fields = text.split(separator: " ")
    guard text.utf8.count <= 512, fields.count >= 8, fields[0].hasPrefix("candidate:"), fields[6] == "typ",
      let component = Int(fields[1]), (1...256).contains(component), let priority = UInt32(fields[3]),
      let port = UInt16(fields[5]), let kind = Kind(rawValue: String(fields[7]))
    else { return nil }
    foundation = String(fields[0].dropFirst("candidate:".count))
    guard (1...32).contains(foundation.utf8.count) else { return nil }
    switch fields[2].lowercased() {
    case "udp":
      transport = .udp
    case "tcp":
      guard let name = fields.firstIndex(of: "tcptype"), name + 1 < fields.count else { return nil }
      transport = .tcp(type: String(fields[name + 1]))
    default:
      return nil
    }
    self.component = component
    self.priority = priority
    self.port = port
    self.kind = kind
    host = String(fields[4])
  }
}
