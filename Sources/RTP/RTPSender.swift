import SansIO

/// The sending side of one viewer's RTP stream: one SSRC, one run of sequence numbers, one time line, whatever stream
/// its frames come from (RFC 3550 section 5.1).
public struct RTPSender: Sendable {
  public struct Configuration: Sendable {
    public var ssrc: UInt32
    public var payloadType: UInt8
    /// Of the payload format, in Hz.
    public var clockRate: UInt32
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

    public init(
      ssrc: UInt32, payloadType: UInt8, clockRate: UInt32, retransmission: Retransmission?,
      extensions: HeaderExtensions
    ) {
      self.ssrc = ssrc
      self.payloadType = payloadType
      self.clockRate = clockRate
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
  /// The time stamp of the last frame, and when that is due on the media clock.
  private var last: (timestamp: UInt32, due: Instant)?

  var history = RetransmissionHistory()
  var nextRetransmissionNumber: UInt16
  /// How many more packets may be sent again now; half of what is sent comes on top.
  var resendAllowance = Self.maximumResendAllowance
  static let maximumResendAllowance = 1024

  public internal(set) var counters = Counters()
  /// What the receiver last reported.
  public private(set) var reception = Reception()

  /// What was sent.
  public struct Counters: Equatable, Sendable {
    /// Retransmissions excluded.
    public var packets: UInt64 = 0
    /// Payload bytes, retransmissions excluded.
    public var bytes: UInt64 = 0
    public var resentPackets: UInt64 = 0
  }

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
    _ frame: PacketizedFrame, into burst: inout DatagramBurst, reserving overhead: Int, protect: Protection
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
    last = (timestamp, frame.due)
    counters.packets &+= UInt64(count)
    counters.bytes &+= UInt64(frame.byteCount)
    resendAllowance = min(resendAllowance + (count + 1) / 2, Self.maximumResendAllowance)
    return SentFrame(
      stream: frame.stream, isKeyFrame: frame.isKeyFrame, timestamp: timestamp, packetCount: count,
      byteCount: frame.byteCount)
  }

  private func nextTimestamp(for frame: PacketizedFrame) -> UInt32 {
    let wanted = frame.timestamp &+ timestampOffset
    guard let last, !wanted.isNewer(than: last.timestamp) else { return wanted }
    return last.timestamp &+ 1
  }

  /// The sender report for `now`, which is `ntp` on the wall clock; nil before the first frame.
  ///
  /// The time stamp is that of a sample which is due at `now`, as the last frame tells, whenever that frame was sent: so
  /// the reports of all tracks of one media clock agree, however late each encoder is.
  public func senderReport(at now: Instant, ntp: NTPTime) -> SenderReport? {
    guard let last else { return nil }
    // At most a day, either way: the products stay far from the ends of Int64.
    let day: Int64 = 86_400_000_000
    let passed = min(max((now - last.due).wholeNanoseconds / 1000, -day), day)
    let (seconds, microseconds) = passed.quotientAndRemainder(dividingBy: 1_000_000)
    let rate = Int64(configuration.clockRate)
    let ticks = seconds * rate + microseconds * rate / 1_000_000
    return SenderReport(
      ssrc: configuration.ssrc, ntp: ntp, timestamp: last.timestamp &+ UInt32(truncatingIfNeeded: ticks),
      packetCount: UInt32(truncatingIfNeeded: counters.packets),
      octetCount: UInt32(truncatingIfNeeded: counters.bytes))
  }

  /// Takes a report block that arrived when the clock of the sender reports showed `ntp`; blocks about other sources
  /// change nothing.
  public mutating func receive(_ block: ReportBlock, at ntp: NTPTime) {
    guard block.ssrc == configuration.ssrc else { return }
    let received = UInt16(truncatingIfNeeded: block.highestSequenceNumber) &- firstSequenceNumber
    if UInt64(received) < counters.packets { isAcknowledged = true }
    reception.fractionLost = Double(block.fractionLost) / 256
    reception.cumulativeLost = Int(block.cumulativeLost)
    reception.jitter = .nanoseconds(Int64(block.jitter) * 1_000_000_000 / Int64(max(configuration.clockRate, 1)))
    if let roundTrip = block.roundTrip(at: ntp) { reception.roundTrip = roundTrip }
  }
}
