import FFmpeg
import Media

/// A packet that several threads may hold, one after the other.
// Sendable: whoever reads it fills it, and nobody changes it after that.
package final class PacketBox: @unchecked Sendable {
  package let packet = Packet()
}

/// A demuxer that belongs to whoever reads: one thread at a time.
// Sendable: the reader's core hands it from the thread that opened it to the one that reads, once.
final class PacketSource: @unchecked Sendable {
  private var demuxer: Demuxer
  private let video: VideoStream

  /// Reads no more packets than this on its way to a place.
  private static let maximumPackets = 1_000_000

  init(_ demuxer: consuming Demuxer, video: VideoStream) {
    self.demuxer = demuxer
    self.video = video
  }

  /// The next packet; nil at the end.
  func read() throws(MediaError) -> PacketBox? {
    let box = PacketBox()
    return try demuxer.readPacket(box.packet) ? box : nil
  }

  /// - Parameter isWanted: whether anybody still wants to go there; asked again and again.
  /// - Returns: a packet that was read on the way and comes first.
  func move(to place: PacketReader.Place, while isWanted: () -> Bool) throws(MediaError) -> PacketBox? {
    switch place {
    case .start:
      try demuxer.rewind()
      return nil
    case .keyFrame(let time): return try goBack(to: video.stamp(at: time), while: isWanted)
    case .picture(let stamp): return try goBack(to: stamp, while: isWanted)
    }
  }

  /// Goes to the last key frame at or before a stamp. Where there is no index, as in a transport stream, a seek ends
  /// anywhere near: then it is tried from further back, and from the start at last.
  private func goBack(to stamp: Int64, while isWanted: () -> Bool) throws(MediaError) -> PacketBox? {
    let place = video.time(of: stamp)
    var distance = MediaTime.zero
    while true {
      let start = place - distance
      let isStart = start <= .zero
      try go(to: start)
      if let key = try lastKeyFrame(before: stamp, isAtStart: isStart, while: isWanted) {
        // A key frame that the seek did not end at is read past by now.
        guard !key.isNext else { return key.packet }
        try go(to: start)
        return try skip(to: key.packet, while: isWanted) ?? key.packet
      }
      if isStart {
        try demuxer.rewind()
        return nil
      }
      distance = max(MediaTime(seconds: 1), distance + distance)
    }
  }

  /// - Throws: `MediaError` when it can neither go there nor, in a file, to the start.
  private func go(to time: MediaTime) throws(MediaError) {
    guard time > .zero else { return try demuxer.rewind() }
    do throws(MediaError) {
      try demuxer.seek(to: time)
    } catch {
      // What an address sends is not read in vain.
      guard demuxer.file != nil, error != .interrupted else { throw error }
      try demuxer.rewind()
    }
  }

  /// The last key frame from here on that is due at `stamp` or before; and whether what follows it is read next.
  ///
  /// - Parameter isAtStart: whether it begins with the first packet of the file.
  private func lastKeyFrame(
    before stamp: Int64, isAtStart: Bool, while isWanted: () -> Bool
  ) throws(MediaError) -> (packet: PacketBox, isNext: Bool)? {
    var last: PacketBox?
    var packets = 0
    for count in 0..<Self.maximumPackets {
      guard let box = try readPastDamage(while: isWanted) else { break }
      if box.packet.beginsPacket { packets += 1 }
      let isSure = isAtStart || packets > 1 || !demuxer.container.hasSparseStamps
      if box.packet.isKeyFrame, isSure, (due(box.packet) ?? stamp) <= stamp {
        // A seek by an index ends at the very one.
        if count == 0 { return (box, true) }
        last = box
      }
      if let time = box.packet.dts ?? box.packet.pts, time > stamp { break }
    }
    return last.map { ($0, false) }
  }

  /// By how many pictures one is decoded before it is shown, at most.
  private static let maximumReordering: Int64 = 8

  /// When a picture is due at the latest: its stamp may say no more than when it is decoded.
  private func due(_ packet: borrowing Packet) -> Int64? {
    guard packet.pts == nil, video.isReordered, let time = packet.dts, let rate = video.averageFrameRate else {
      return packet.pts ?? packet.dts
    }
    let frame = video.timeBase.ticks(of: MediaTime(seconds: 1 / rate.value))
    let (sum, overflow) = time.addingReportingOverflow(frame.multipliedReportingOverflow(by: Self.maximumReordering).0)
    return overflow ? nil : sum
  }

  /// Reads until the same packet comes again; nil when it does not.
  private func skip(to key: PacketBox, while isWanted: () -> Bool) throws(MediaError) -> PacketBox? {
    for _ in 0..<Self.maximumPackets {
      guard let box = try readPastDamage(while: isWanted) else { return nil }
      if box.packet.isKeyFrame, box.packet.pts == key.packet.pts, box.packet.dts == key.packet.dts { return box }
    }
    return nil
  }

  /// The next packet of the video, whatever lies before it.
  private func readPastDamage(while isWanted: () -> Bool) throws(MediaError) -> PacketBox? {
    for _ in 0..<Self.maximumPackets {
      guard isWanted() else { throw .interrupted }
      do throws(MediaError) {
        guard let box = try read() else { return nil }
        if box.packet.track == video.index { return box }
      } catch {
        guard case .damaged = error else { throw error }
      }
    }
    return nil
  }
}
