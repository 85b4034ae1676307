import SansIO

/// The machine that something came from, as far as this one can tell: whom every share and budget is counted for.
///
/// A machine may call itself by as many addresses of its link as it likes, so on our own links its link-layer address
/// is its name.
public enum Source: Hashable, Sendable {
  /// This machine itself.
  case loopback
  /// A neighbour on one of our links by its 48-bit link-layer address (EUI-48).
  case neighbour(LinkLayerAddress)
  /// A machine, or a network behind one address, somewhere else.
  case address(UInt32)
  /// The upper 64 bits of an IPv6 address: a network in which everybody has as many addresses as they like.
  case network(UInt64)

  /// - Parameter linkLayer: what the kernel's neighbour table has for `address`; nil where it is not on a link of ours.
  public init(_ address: IPAddress, linkLayer: LinkLayerAddress? = nil) {
    switch (address.unmapped, linkLayer) {
    case (let ip, _) where ip.isLoopback: self = .loopback
    case (_, let linkLayer?): self = .neighbour(linkLayer)
    case (.v4(let bits), nil): self = .address(bits)
    case (.v6(let high, _), nil): self = .network(high)
    }
  }
}

extension Source: CustomStringConvertible {
  /// "loopback", "02:00:5e:00:53:01", "192.0.2.1" or "2001:db8::/64".
  public var description: String {
    switch self {
    case .loopback: "loopback"
    case .neighbour(let address): address.description
    case .address(let bits): IPAddress.v4(bits).description
    case .network(let high): "\(IPAddress.v6(high: high, low: 0))/64"
    }
  }
}

/// A link-layer address of 48 bits, the first byte in the highest place.
public struct LinkLayerAddress: Hashable, Sendable, CustomStringConvertible {
  public var bits: UInt64

  /// Takes the lower 48 bits.
  public init(_ bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

  public var description: String {
    (0..<6).map { index in
      let byte = UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * index))
      return (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined(separator: ":")
  }
}
