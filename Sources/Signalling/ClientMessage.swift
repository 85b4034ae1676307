import Programme

/// What a browser or a remote says: one JSON object with a `type`.
public struct ClientMessage: Hashable, Sendable {
  /// A message is at most so many bytes.
  public static let maximumSize = 65536
  public static let maximumID: UInt64 = 1 << 53 - 1

  /// Chosen by the client; what answers the message carries it too.
  public var id: UInt64?
  public var body: Body

  public enum Body: Hashable, Sendable {
    case hello(Hello)
    case offer(sdp: String, preset: UInt8?)
    /// An ICE candidate: a lite agent needs none.
    case candidate
    case command(Command)
    case ping
  }

  public struct Hello: Hashable, Sendable {
    public var pin: String?
    /// A device's own, in place of the PIN.
    public var token: String?
    public var preset: UInt8?
    public var follow: Bool?

    public init(pin: String? = nil, token: String? = nil, preset: UInt8? = nil, follow: Bool? = nil) {
      self.pin = pin
      self.token = token
      self.preset = preset
      self.follow = follow
    }
  }

  public init(_ body: Body, id: UInt64? = nil) {
    self.body = body
    self.id = id
  }
}

extension ClientMessage.Hello {
  /// By what the sender is an operator; of both, the token.
  var claim: OperatorClaim? { token.map(OperatorClaim.token) ?? pin.map(OperatorClaim.pin) }
}
