import CFFmpeg
import Glibc
import Media

/// Opens a file or an address, says what tracks it has, and reads the packets of those that are selected.
///
/// Everything here may block: call it on a thread of one's own, and end it from another by way of `isInterrupted`.
/// Sendable: it has one owner, and libavformat does not tie a context to a thread.
public struct Demuxer: ~Copyable, @unchecked Sendable {
  /// The video that is read: the one that was asked for or that libav thinks best, never cover art.
  public let video: VideoStream?
  /// All that the container holds, in its order.
  public let tracks: [Track]
  public let container: Container
  /// What is read; nil for an address.
  public let file: RegularFile?
  private let context: FormatContext
  /// The tracks that are read.
  private var selected: Set<Int>

  private static let openLimit: Int64 = 20
  /// Less than a supervisor gives a stage that stands still: a network that is away is no hang.
  private static let readLimit: Int64 = 4

  /// Opens `url`: a path, or an address with "://" in it, if `access` allows it.
  ///
  /// `isInterrupted` is asked while libav waits, many times a second, on the thread that waits.
  ///
  /// - Parameter track: the index of the video to read; nil: the one that libav thinks best.
  public init(
    url: MediaLocation, access: MediaAccess = MediaAccess(), track: Int? = nil, memory: PictureMemory = .shared,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws(MediaError) {
    _ = AVLog.isQuiet
    let location = try AdmittedLocation(url, access: access)
    var file: RegularFile?
    if case .file(let opened) = location {
      guard opened.size > 0 else { throw .empty }
      file = opened
    }
    let interruption = InterruptCallback(isInterrupted: isInterrupted)
    interruption.allow(seconds: Self.openLimit)
    let context = try FormatContext(opening: location, access: access, interruption: interruption)
    let found = Self.findStreamInfo(context, memory: memory)
    guard found >= 0 else { throw interruption.error(found, "find out what is in the file") }
    if interruption.shouldEnd { throw interruption.error(CFFMPEG_ERROR_EXIT, "open") }
    let container = Container(context, file: file)
    let video = try Self.selectVideo(track, in: context, form: container, file: file)
    if let video, !access.formats.allows(codec: video.codecName), video.hasDecoder {
      throw .refusedCodec(video.codecName)
    }
    self.video = video
    tracks = context.streams.map(Track.init)
    selected = video.map { [$0.index] } ?? []
    self.container = container
    self.context = context
    self.file = file
  }

  /// Lets libavformat decode some pictures where the container does not say all about them, as far as there is room.
  private static func findStreamInfo(_ context: borrowing FormatContext, memory: PictureMemory) -> Int32 {
    // Beside what plays. Its decoders are libavformat's own, so that they can only be told how large pictures may be.
    let room = max(0, memory.limit - memory.current)
    let streams = context.streams
    var options = streams.map { stream -> OpaquePointer? in
      var options: OpaquePointer?
      let demand = DecodingMemory(stream.pointee.codecpar)
      let fits = demand.pictureBytes > 0 && demand.bytes(threads: 1, held: 1) <= room
      // Else as large as sixteen pictures of 10 bits may be.
      let pixels = fits ? Decoder.maximumPixels : min(max(room / 48, 1), Decoder.maximumPixels)
      av_dict_set_int(&options, "max_pixels", pixels, 0)
      return options
    }
    let found = avformat_find_stream_info(context.pointer, &options)
    for index in options.indices { av_dict_free(&options[index]) }
    return found
  }

  /// The video with index `track`, or the best one, described; libav is told to skip everything else, until it is
  /// selected.
  private static func selectVideo(
    _ track: Int?, in context: borrowing FormatContext, form: Container, file: RegularFile?
  ) throws(MediaError) -> VideoStream? {
    let streams = context.streams
    let best = Int(av_find_best_stream(context.pointer, AVMEDIA_TYPE_VIDEO, Int32(track ?? -1), -1, nil, 0))
    for (index, stream) in streams.enumerated() where index != best { stream.pointee.discard = AVDISCARD_ALL }
    guard streams.indices.contains(best), cffmpeg_is_attached_picture(streams[best]) == 0,
      streams[best].pointee.codecpar.pointee.width > 0
    else { return nil }
    return try VideoStream(
      streams[best], duration: PictureDuration(of: streams[best], in: context, form: form, file: file).value,
      isDurationEstimated: context.pointer.pointee.duration_estimation_method != AVFMT_DURATION_FROM_STREAM,
      spherical: sphericalMetadata(of: streams[best], format: context.formatName))
  }

  /// Reads packets of these tracks from now on, by their indices; at first it is the video's alone.
  public mutating func select(_ indices: Set<Int>) {
    for (index, stream) in context.streams.enumerated() {
      stream.pointee.discard = indices.contains(index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
    selected = indices
  }

  /// Reads the next packet of a selected track into `packet`, whichever comes first; false at the end.
  ///
  /// After `.damaged` the next call may find something again.
  public func readPacket(_ packet: borrowing Packet) throws(MediaError) -> Bool {
    guard !selected.isEmpty else { throw .noVideo }
    context.interruption.allow(seconds: Self.readLimit)
    while true {
      av_packet_unref(packet.pointer)
      let code = av_read_frame(context.pointer, packet.pointer)
      switch code {
      case 0 where selected.contains(packet.track):
        return true
      case 0, CFFMPEG_ERROR_EAGAIN:
        if context.interruption.shouldEnd { throw context.interruption.error(CFFMPEG_ERROR_EXIT, "read") }
        if code != 0 { usleep(1000) }
      case CFFMPEG_ERROR_EOF:
        // A connection that breaks looks like an end to some demuxers.
        if let io = context.pointer.pointee.pb, io.pointee.error < 0, io.pointee.error != CFFMPEG_ERROR_EOF {
          throw context.interruption.error(io.pointee.error, "read")
        }
        return false
      default:
        throw context.interruption.error(code, "read")
      }
    }
  }

  /// Goes to the last key frame at or before `time` after the first picture, in a container that has an index; in others
  /// near to it. The decoder must be flushed with it.
  public func seek(to time: MediaTime) throws(MediaError) {
    guard let video else { throw .noVideo }
    context.interruption.allow(seconds: Self.readLimit)
    let target = video.stamp(at: time)
    let code = avformat_seek_file(context.pointer, Int32(video.index), .min, target, target, 0)
    guard code < 0 else { return }
    // Before the first key frame there is nothing: take the first one there is.
    let later = avformat_seek_file(context.pointer, Int32(video.index), .min, target, .max, 0)
    guard later >= 0 else { throw context.interruption.error(code, "seek") }
  }

  /// Goes back to the first packet. The decoder must be flushed with it.
  public func rewind() throws(MediaError) {
    guard let video else { throw .noVideo }
    context.interruption.allow(seconds: Self.readLimit)
    let index = Int32(video.index)
    // Times in a transport stream may jump; its first byte is its start.
    let flags = context.pointer.pointee.iformat.pointee.flags
    let jumps = flags & (AVFMT_TS_DISCONT | AVFMT_NO_BYTE_SEEK) == AVFMT_TS_DISCONT
    if jumps, av_seek_frame(context.pointer, index, 0, AVSEEK_FLAG_BYTE) >= 0 { return }
    if avformat_seek_file(context.pointer, index, .min, video.startTime, video.startTime, 0) >= 0 { return }
    // Streams without an index, as raw H.264, go by bytes.
    let code = av_seek_frame(context.pointer, index, 0, AVSEEK_FLAG_BYTE)
    guard code >= 0 else { throw context.interruption.error(code, "go back to the start") }
  }
}
