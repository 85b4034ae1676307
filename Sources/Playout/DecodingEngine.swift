import FFmpeg
import Media

/// What turns an item's packets into pictures: libavcodec on this thread, or a device on a thread of its own.
protocol DecodingEngine: AnyObject {
  /// The next picture that is ready.
  func receive() throws(MediaError) -> VideoFrame?
  /// Gives a packet; nil: nothing follows.
  func send(_ packet: PacketBox?) throws(MediaError)
  func flush() throws(MediaError)
  /// Whether everything that was sent has come out.
  var isAtEnd: Bool { get }
  /// Leaves out pictures that no other needs.
  var isSparing: Bool { get set }
  /// Whether pictures are brought from where they are decoded.
  var isWatched: Bool { get set }
  /// Whether it is a device that decodes, whose first error is its last.
  var isDevice: Bool { get }
  /// The display that it was made on, until it is used: an item is opened long before it is played.
  var unusedDisplay: Int? { get }
}

/// Decodes where it is called.
final class SoftwareEngine: DecodingEngine {
  private var decoder: Decoder
  /// They lie in the processor's memory anyway.
  var isWatched = true
  let isDevice = false
  let unusedDisplay: Int? = nil

  init(_ video: VideoStream, threads: Int, memory: PictureMemory = .shared) throws(MediaError) {
    decoder = try Decoder(stream: video, threads: threads, memory: memory)
  }

  var isAtEnd: Bool { decoder.isAtEnd }

  var isSparing: Bool {
    get { decoder.skipNonReference }
    set { decoder.skipNonReference = newValue }
  }

  func receive() throws(MediaError) -> VideoFrame? { try decoder.receive() }

  func send(_ packet: PacketBox?) throws(MediaError) {
    if let packet { try decoder.send(packet.packet) } else { try decoder.sendEnd() }
  }

  func flush() { decoder.flush() }
}

/// Decodes on a device. The first error is its last: it is to be given up then, see `Decoder`.
final class HardwareEngine: DecodingEngine {
  private final class Session {
    var decoder: Decoder

    init(_ decoder: consuming Decoder) { self.decoder = decoder }

    /// All that comes of a packet. Whatever libavcodec says, here it is taken for the device's fault.
    func pictures(of packet: PacketBox?) throws(MediaError) -> [VideoFrame] {
      var frames: [VideoFrame] = []
      do throws(MediaError) {
        if let packet { try decoder.send(packet.packet) } else { try decoder.sendEnd() }
        while let frame = try decoder.receive() {
          // libavcodec goes on in software by itself where a device refuses a stream, with one thread and unasked.
          guard frame.isFromDevice else { throw .device("its driver refuses this stream") }
          frames.append(frame)
        }
      } catch {
        guard case .damaged(let error) = error else { throw error }
        throw .device(error.description)
      }
      return frames
    }
  }

  /// A picture takes milliseconds; a driver that makes its context may take a few hundred. Viewers wait for it.
  static let patience = MediaTime(seconds: 0.4)

  /// The name of what decodes: "VA-API".
  let device: String
  private let thread = DeviceThread<Session>(name: "decode")
  private var ready: ArraySlice<VideoFrame> = []
  private(set) var isAtEnd = false
  var isSparing = false
  /// Whether pictures are brought from the device.
  var isWatched = true
  let isDevice = true
  private(set) var unusedDisplay: Int?

  /// - Parameter display: a number that changes when the device's display does.
  init(_ video: VideoStream, device: VAAPIDevice, display: Int) throws(MediaError) {
    self.device = device.name
    unusedDisplay = display
    try thread.run(within: Self.patience) { (session) throws(MediaError) in
      session = Session(try Decoder(stream: video, hardware: device))
    }
  }

  func receive() -> VideoFrame? { ready.popFirst() }

  /// How many pictures wait to be received.
  var readyCount: Int { ready.count }

  /// One trip to the device's thread for a packet and all that comes of it.
  func send(_ packet: PacketBox?) throws(MediaError) {
    unusedDisplay = nil
    let (isSparing, isWatched) = (isSparing, isWatched)
    let (frames, isAtEnd) = try thread.run(within: Self.patience) { (session) throws(MediaError) in
      guard let session else { throw .device("there is no decoder") }
      session.decoder.skipNonReference = isSparing
      session.decoder.bringsPictures = isWatched
      return (try session.pictures(of: packet), session.decoder.isAtEnd)
    }
    ready += frames
    self.isAtEnd = isAtEnd
  }

  func flush() throws(MediaError) {
    ready = []
    isAtEnd = false
    try thread.run(within: Self.patience) { (session) throws(MediaError) in session?.decoder.flush() }
  }
}
