import Programme

/// What the server says.
public enum ServerMessage: Hashable, Sendable {
  /// Answers `hello`: the whole state, and who the viewer is.
  case welcome(Welcome)
  case answer(id: UInt64?, Answer)
  /// The whole state again, for a viewer that missed changes.
  case state(rev: UInt64, ApplianceState)
  /// What changed from `rev - 1`.
  case patch(rev: UInt64, StateChanges)
  case presetChanged(id: UInt64?, PresetChange)
  case itemChanged(ItemStatus)
  case health(HealthSummary)
  case error(SignallingError)
  /// When the frames since the last such message left the encoder: what the page measures its true latency by.
  case clock([FrameTime])
  /// `time`: the wall clock, milliseconds since 1970.
  case pong(id: UInt64?, time: Double)
  /// `retryAfter`: seconds.
  case bye(reason: ByeReason, retryAfter: Double?)

  public struct Welcome: Hashable, Sendable {
    public var id: UInt64?
    /// Names the connection in logs; no secret.
    public var session: String
    public var role: Role
    /// The appliance's name.
    public var name: String
    /// What this viewer sees.
    public var preset: UInt8
    public var following: Bool
    public var rev: UInt64
    public var state: ApplianceState
    public var limits: Limits

    public init(
      id: UInt64?, session: String, role: Role, name: String, preset: UInt8, following: Bool, rev: UInt64,
      state: ApplianceState, limits: Limits
    ) {
      self.id = id
      self.session = session
      self.role = role
      self.name = name
      self.preset = preset
      self.following = following
      self.rev = rev
      self.state = state
      self.limits = limits
    }
  }

  public struct Answer: Hashable, Sendable {
    public var sdp: String
    /// `h264` or `vp8`.
    public var codec: String
    /// What will be seen.
    public var preset: UInt8
    public var following: Bool
    /// What was asked for: another one than `preset` while there is no encoder for it.
    public var wanted: UInt8

    public init(sdp: String, codec: String, preset: UInt8, following: Bool, wanted: UInt8? = nil) {
      self.sdp = sdp
      self.codec = codec
      self.preset = preset
      self.following = following
      self.wanted = wanted ?? preset
    }
  }

  /// The viewer's stream shows another preset now.
  public struct PresetChange: Hashable, Sendable {
    public var preset: UInt8
    public var scope: Scope
    /// Of the first frame of the new preset, 90 kHz; nil without a media connection.
    public var rtpTimestamp: UInt32?
    public var following: Bool
    /// What was asked for: another one than `preset` while there is no encoder for it.
    public var wanted: UInt8

    public init(preset: UInt8, scope: Scope, rtpTimestamp: UInt32?, following: Bool, wanted: UInt8? = nil) {
      self.preset = preset
      self.scope = scope
      self.rtpTimestamp = rtpTimestamp
      self.following = following
      self.wanted = wanted ?? preset
    }
  }

  /// When one frame left the encoder.
  public struct FrameTime: Hashable, Sendable {
    /// This viewer's, 90 kHz.
    public var rtpTimestamp: UInt32
    /// Of the wall clock, in milliseconds since 1970.
    public var time: Double

    public init(rtpTimestamp: UInt32, time: Double) {
      self.rtpTimestamp = rtpTimestamp
      self.time = time
    }
  }

  public struct Limits: Hashable, Sendable, Encodable {
    public var viewers: Int
    public var messageBytes = ClientMessage.maximumSize
    public var messagesPerSecond = SignallingSession.messagesPerSecond
    public var presets = 256

    public init(viewers: Int) { self.viewers = viewers }
  }

  public enum ByeReason: String, Hashable, Sendable, Encodable {
    /// The server goes, and comes back.
    case shutdown
    /// The media connection ended: a new offer makes another.
    case mediaLost
    /// All places were taken, and somebody came who holds fewer of them.
    case crowdedOut
    /// Closed for abuse.
    case kicked
  }
}

/// How the appliance is, for the statistics panel.
public struct HealthSummary: Hashable, Sendable, Encodable {
  public enum Status: String, Hashable, Sendable, Codable { case ok, degraded, failing }

  public var status: Status
  /// Seconds.
  public var uptime: Double
  /// Frames published a second, lately.
  public var framerate: Double
  public var framesDecoded: UInt64
  public var framesLate: UInt64
  public var decodeErrors: UInt64
  /// `software`, or the name of the hardware.
  public var decoder: String
  /// Why software decodes where a graphics device was to.
  public var decoderReason: String?
  public var viewers: Int
  public var awakePresets: [UInt8]

  public init(
    status: Status, uptime: Double, framerate: Double, framesDecoded: UInt64, framesLate: UInt64,
    decodeErrors: UInt64, decoder: String, decoderReason: String? = nil, viewers: Int, awakePresets: [UInt8]
  ) {
    self.status = status
    self.uptime = uptime
    self.framerate = framerate
    self.framesDecoded = framesDecoded
    self.framesLate = framesLate
    self.decodeErrors = decodeErrors
    self.decoder = decoder
    self.decoderReason = decoderReason
    self.viewers = viewers
    self.awakePresets = awakePresets
  }
}
