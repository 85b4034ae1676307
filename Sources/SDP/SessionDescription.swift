/// A session description (RFC 8866): what WebRTC uses of it.
///
/// `b=`, `i=`, `u=`, `e=`, `p=`, `k=`, `r=` and `z=` lines are read over and not kept.
public struct SessionDescription: Hashable, Sendable, SDPAttributeHolder {
  /// The value of `o=`.
  public var origin: String
  /// The value of `s=`.
  public var name: String
  /// The value of the session's `c=`.
  public var connection: String?
  /// The value of the first `t=`.
  public var timing: String
  public var attributes: [SDPAttribute]
  public var media: [MediaDescription]

  public init(
    origin: String, name: String = "-", connection: String? = nil, timing: String = "0 0",
    attributes: [SDPAttribute] = [], media: [MediaDescription] = []
  ) {
    self.origin = origin
    self.name = name
    self.connection = connection
    self.timing = timing
    self.attributes = attributes
    self.media = media
  }

  /// The identification tags of each `a=group:BUNDLE` line (RFC 8843), in their order.
  public var bundles: [[String]] {
    values(of: "group").compactMap { value in
      let tokens = value.split(separator: " ").map(String.init)
      return tokens.first == "BUNDLE" ? Array(tokens.dropFirst()) : nil
    }
  }
}

extension SessionDescription: CustomStringConvertible {
  /// The description as text, lines ended by CR LF.
  public var description: String {
    var lines = ["v=0", "o=\(origin)", "s=\(name)"]
    if let connection { lines.append("c=\(connection)") }
    lines.append("t=\(timing)")
    lines += attributes.map(\.description)
    for section in media {
      lines.append("m=\(section.kind) \(section.port) \(section.transport) \(section.formats.joined(separator: " "))")
      if let connection = section.connection { lines.append("c=\(connection)") }
      lines += section.attributes.map(\.description)
    }
    return lines.map { $0 + "\r\n" }.joined()
  }
}
