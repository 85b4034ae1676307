import SansIO

/// Where a frame went in a viewer's stream.
public struct SentFrame: Equatable, Sendable {
  public var stream: StreamID
  public var isKeyFrame: Bool
  /// The RTP time stamp of its packets.
  public var timestamp: UInt32
  public var packetCount: Int
  /// Payload bytes.
  public var byteCount: Int
}

/// The sending side of one viewer's RTP stream: one SSRC, one run of sequence numbers, one time line, whatever stream
/// its frames come from (RFC 3550 section 5.1).
public struct RTPSender: Sendable {
  public struct Configuration: Sendable {
    public var ssrc: UInt32
    public var payloadType: UInt8
    /// The stream of retransmissions (RFC 4588); nil: lost packets are sent again as they were.
    public var retransmission: Retransmission?
    public var extensions: HeaderExtensions

    public struct Retransmission: Sendable {
      public var ssrc: UInt32
      public var payloadType: UInt8

      public init(ssrc: UInt32, payloadType: UInt8) {
        self.ssrc = ssrc
        self.payloadType = payloadType
      }
    }

    public init(ssrc: UInt32, payloadType: UInt8, retransmission: Retransmission?, extensions: HeaderExtensions) {
      self.ssrc = ssrc
      self.payloadType = payloadType
      self.retransmission = retransmission
      self.extensions = extensions
    }
  }

  /// Turns a packet in place into what goes on the wire: given the buffer and the packet's length, gives the new one.
  public typealias Protection = (UnsafeMutableRawBufferPointer, Int) throws -> Int

  let configuration: Configuration
  /// The number of the next packet.
  public private(set) var nextSequenceNumber: UInt16
  /// What is added to a frame's time stamp to get the viewer's own (RFC 3550 section 5.1: it starts at random).
  public let timestampOffset: UInt32
  private let firstSequenceNumber: UInt16
  /// Whether a receiver report has shown that packets with all header extensions arrived.
  private var isAcknowledged = false
  private var lastTimestamp: UInt32?
  private var lastSentAt = Instant(nanoseconds: 0)

  var history = RetransmissionHistory()
  var nextRetransmissionNumber: UInt16
  /// How many more packets may be sent again now; half of what is sent comes on top.
  var resendAllowance = Self.maximumResendAllowance
  static let maximumResendAllowance = 1024

  /// What was sent, retransmissions excluded.
  public private(set) var packetCount: UInt64 = 0
  /// Payload bytes, retransmissions excluded.
  public private(set) var byteCount: UInt64 = 0
  public internal(set) var resentCount: UInt64 = 0
  /// What the receiver last reported.
  public private(set) var reception = Reception()

  /// What a receiver says of the stream.
  public struct Reception: Equatable, Sendable {
    /// Of the last report interval, 0…1.
    public var fractionLost = 0.0
    public var cumulativeLost = 0
    public var jitter: Duration = .zero
    public var roundTrip: Duration?
  }

  /// Begins a stream at a random sequence number and a random time (RFC 3550 section 5.1).
  public init(configuration: Configuration, random: inout some RandomNumberGenerator) {
    self.configuration = configuration
    // Not from the upper half: had the number wrapped before the first packet that arrives, the other side would not
    // know (RFC 3711 section 3.3.1).
    firstSequenceNumber = UInt16.random(in: 0..<0x8000, using: &random)
    nextSequenceNumber = firstSequenceNumber
    nextRetransmissionNumber = UInt16.random(in: 0..<0x8000, using: &random)
    timestampOffset = UInt32.random(in: 0...UInt32.max, using: &random)
  }

  /// Appends the packets of `frame` to `burst`, each protected in place.
  ///
  /// Time stamps rise with each frame, even when a switch of streams brings one that is not later than the last.
  /// - Parameters:
  ///   - overhead: how much longer `protect` makes a packet, in bytes.
  ///   - protect: encrypts a packet in place.
  /// - Returns: where the frame went; nil, with nothing appended, when the burst has no room for it or `protect`
  ///   throws.
  public mutating func write(
    _ frame: PacketizedFrame, into burst: inout DatagramBurst, reserving overhead: Int, at now: Instant,
    protect: Protection
  ) -> SentFrame? {
    let count = frame.packetCount
    let extensions: ExtensionSet = !isAcknowledged ? .all : frame.isKeyFrame ? .playoutDelay : .none
    let extensionBytes = configuration.extensions[extensions]
    let perPacket = RTPHeader.fixedLength + extensionBytes.count + overhead
    guard burst.hasRoom(forCount: count, byteCount: frame.byteCount + count * perPacket) else { return nil }

    let timestamp = nextTimestamp(for: frame)
    let entry = RetransmissionHistory.Entry(
      frame: frame, packetCount: count, firstSequenceNumber: nextSequenceNumber, timestamp: timestamp,
      extensions: extensions)
    // The numbers are spent even when this fails below: no number is ever used for two packets.
    nextSequenceNumber &+= UInt16(truncatingIfNeeded: count)
    let mark = burst.count
    var packet = OutgoingPacket(
      entry: entry, index: 0, ssrc: configuration.ssrc, payloadType: configuration.payloadType,
      extensions: extensionBytes)
    for index in 0..<count {
      packet.index = index
      guard unsafe packet.write(into: &burst, reserving: overhead, protect: protect) else {
        burst.truncate(to: mark)
        return nil
      }
    }

    history.append(entry)
    lastTimestamp = timestamp
    lastSentAt = now
    packetCount &+= UInt64(count)
    byteCount &+= UInt64(frame.byteCount)
    resendAllowance = min(resendAllowance + (count + 1) / 2, Self.maximumResendAllowance)
    return SentFrame(
      stream: frame.stream, isKeyFrame: frame.isKeyFrame, timestamp: timestamp, packetCount: count,
      byteCount: frame.byteCount)
  }

  private func nextTimestamp(for frame: PacketizedFrame) -> UInt32 {
    let wanted = frame.timestamp &+ timestampOffset
    guard let last = lastTimestamp, !wanted.isNewer(than: last) else { return wanted }
    return last &+ 1
  }

  /// The sender report due at `now`, which is `ntp` on the wall clock; nil before the first frame.
  public func senderReport(at now: Instant, ntp: NTPTime) -> SenderReport? {
    guard let lastTimestamp else { return nil }
    // At most a day: the product stays far from the end of Int64.
    let elapsed = min(max((now - lastSentAt).wholeNanoseconds, 0), 86_400_000_000_000)
    return SenderReport(
      ssrc: configuration.ssrc, ntp: ntp,
      timestamp: lastTimestamp &+ UInt32(truncatingIfNeeded: elapsed * 9 / 100_000),
      packetCount: UInt32(truncatingIfNeeded: packetCount), octetCount: UInt32(truncatingIfNeeded: byteCount))
  }

  /// Takes a report block that arrived when the clock of the sender reports showed `ntp`; blocks about other sources
  /// change nothing.
  public mutating func receive(_ block: ReportBlock, at ntp: NTPTime) {
    guard block.ssrc == configuration.ssrc else { return }
    let received = UInt16(truncatingIfNeeded: block.highestSequenceNumber) &- firstSequenceNumber
    if packetCount > 0, UInt64(received) < packetCount { isAcknowledged = true }
    reception.fractionLost = Double(block.fractionLost) / 256
    reception.cumulativeLost = Int(block.cumulativeLost)
    reception.jitter = .nanoseconds(Int64(block.jitter) * 100_000 / 9)
    if let roundTrip = block.roundTrip(at: ntp) { reception.roundTrip = roundTrip }
  }
}
