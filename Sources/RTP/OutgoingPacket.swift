import SansIO

/// Which of the header extensions a packet carries.
enum ExtensionSet: Sendable {
  /// Until the receiver has reported: it learns the section and the playout delay.
  case all
  /// On key frames afterwards: a decoder that starts anew learns the delay again.
  case playoutDelay
  case none
}

extension HeaderExtensions {
  subscript(_ set: ExtensionSet) -> [UInt8] {
    switch set {
    case .all: all
    case .playoutDelay: playoutDelay
    case .none: []
    }
  }
}

/// One packet of a frame, as it goes to one viewer.
struct OutgoingPacket {
  let entry: RetransmissionHistory.Entry
  var index: Int
  let ssrc: UInt32
  let payloadType: UInt8
  let extensions: [UInt8]
  /// The number of this packet in the stream of retransmissions; its own number then leads the payload (RFC 4588
  /// section 4).
  var retransmissionNumber: UInt16?

  /// Writes and protects the packet as the next datagram; false when it does not fit or `protect` throws.
  func write(into burst: inout DatagramBurst, reserving overhead: Int, protect: RTPSender.Protection) -> Bool {
    let payload = entry.frame.range(at: index).count
    let head = RTPHeader.fixedLength + extensions.count + (retransmissionNumber == nil ? 0 : 2)
    guard let slot = unsafe burst.reserve(head + payload + overhead), let base = slot.baseAddress else {
      return false
    }
    let number = entry.firstSequenceNumber &+ UInt16(truncatingIfNeeded: index)
    let marker: UInt8 = index == entry.packetCount - 1 ? 0x80 : 0
    unsafe base.storeBytes(of: extensions.isEmpty ? 0x80 : 0x90, as: UInt8.self)
    unsafe base.storeBytes(of: marker | payloadType & 0x7F, toByteOffset: 1, as: UInt8.self)
    unsafe base.storeBytes(of: (retransmissionNumber ?? number).bigEndian, toByteOffset: 2, as: UInt16.self)
    unsafe base.storeBytes(of: entry.timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
    unsafe base.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
    unsafe extensions.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { unsafe (base + 12).copyMemory(from: source, byteCount: bytes.count) }
    }
    if retransmissionNumber != nil {
      unsafe base.storeBytes(of: number.bigEndian, toByteOffset: head - 2, as: UInt16.self)
    }
    unsafe entry.frame.copyPayload(at: index, to: base + head)
    do {
      burst.commit(try unsafe protect(slot, head + payload))
      return true
    } catch {
      return false
    }
  }
}
