import CFFmpeg
import Media

/// How long the pictures of a container last: from the first of them to the end of the last.
///
/// Some containers say it of each track. Others (Matroska, FLV) say it of all of them together, counted from zero:
/// where there are other tracks, or the first picture is later, the last packets of the file are looked at.
struct PictureDuration {
  /// nil when nobody says, as of a live stream.
  private(set) var value: MediaTime?

  /// No more bytes than this are looked at; sound goes on alone for hours in so many.
  private static let maximumBytes: Int64 = 64 << 20

  init(
    of stream: UnsafeMutablePointer<AVStream>, in context: borrowing FormatContext, form: Container, file: RegularFile?
  ) {
    guard let timeBase = Rational(stream.pointee.time_base) else { return }
    // Nothing also where the time base is finer than a nanosecond.
    let own = stream.pointee.duration == CFFMPEG_NO_TIMESTAMP ? .zero : timeBase.time(of: stream.pointee.duration)
    let total = context.pointer.pointee.duration
    let isGuess = context.pointer.pointee.duration_estimation_method == AVFMT_DURATION_FROM_PTS
    guard own == .zero || (isGuess && form.hasSparseStamps) else {
      value = own
      return
    }
    guard total > 0, let container = Rational(1, AV_TIME_BASE)?.time(of: total) else { return }
    value = container
    let start = stream.pointee.start_time == CFFMPEG_NO_TIMESTAMP ? 0 : stream.pointee.start_time
    let others = context.streams.contains {
      $0 != stream
        && [AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_SUBTITLE].contains($0.pointee.codecpar.pointee.codec_type)
    }
    guard start > 0 || others || isGuess, context.isSeekable else { return }
    if let file, let end = Self.end(of: stream, from: start, in: context, size: file.size), end > start {
      value = timeBase.time(of: end - start)
    } else if isGuess {
      value = own
    } else if container > timeBase.time(of: start) {
      value = container - timeBase.time(of: start)
    }
  }

  /// The stamp at which the last picture ends; nil when it cannot be told, or only by reading too much.
  private static func end(
    of stream: UnsafeMutablePointer<AVStream>, from start: Int64, in context: borrowing FormatContext, size: Int64
  ) -> Int64? {
    let index = stream.pointee.index
    // Without a key frame at its start there is no way back.
    guard lastEntry(of: stream) != nil else { return nil }
    defer { context.seek(index, to: start) }
    // A container may read its index with the first seek.
    guard context.seek(index, to: start), let last = lastEntry(of: stream), size - last.pos <= maximumBytes,
      context.seek(index, to: last.timestamp)
    else { return nil }
    let packet = Packet()
    let frame = frameDuration(of: stream)
    var end: Int64?
    var bytes: Int64 = 0
    while bytes <= maximumBytes, av_read_frame(context.pointer, packet.pointer) >= 0 {
      bytes += Int64(packet.byteCount) + 1
      if packet.pointer.pointee.stream_index == index, let time = packet.pts ?? packet.dts {
        let length = packet.duration > 0 ? packet.duration : frame
        // What says no more than when it is decoded is shown later: by three pictures, as encoders reorder them.
        let delay = packet.pts == nil && stream.pointee.codecpar.pointee.video_delay > 0 ? 3 * frame : 0
        let (sum, overflow) = time.addingReportingOverflow(length + delay)
        if !overflow { end = max(end ?? sum, sum) }
      }
      av_packet_unref(packet.pointer)
    }
    return bytes <= maximumBytes ? end : nil
  }

  private static func frameDuration(of stream: UnsafeMutablePointer<AVStream>) -> Int64 {
    guard let timeBase = Rational(stream.pointee.time_base), let rate = Rational(stream.pointee.avg_frame_rate) else {
      return 1
    }
    return max(timeBase.ticks(of: MediaTime(seconds: 1 / rate.value)), 1)
  }

  private static func lastEntry(of stream: UnsafeMutablePointer<AVStream>) -> AVIndexEntry? {
    let count = avformat_index_get_entries_count(stream)
    return count > 0 ? avformat_index_get_entry(stream, count - 1)?.pointee : nil
  }
}

extension FormatContext {
  /// Whether another place can be gone to at once.
  fileprivate var isSeekable: Bool {
    pointer.pointee.pb.map { $0.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 } ?? false
  }

  /// Goes to the last key frame at or before a stamp.
  @discardableResult
  fileprivate func seek(_ stream: Int32, to stamp: Int64) -> Bool {
    interruption.allow(seconds: 4)
    return avformat_seek_file(pointer, stream, .min, stamp, stamp, 0) >= 0
  }
}
