import RTP

/// The frames that wait for the socket thread: bounded, and never half a picture's worth of dependencies.
///
/// A frame that finds no room is dropped with all that follow in its stream up to the next key frame, since they
/// could not be decoded.
package struct FrameMailbox {
  package let capacity: Int
  private var frames: [PacketizedFrame] = []
  private var interrupted: Set<StreamID> = []
  /// The streams that have lost a frame since the last `drain`.
  private var lost: Set<StreamID> = []
  package private(set) var droppedCount: UInt64 = 0

  package init(capacity: Int = 64) {
    self.capacity = capacity
    frames.reserveCapacity(capacity)
  }

  package var isEmpty: Bool { frames.isEmpty && lost.isEmpty }

  package mutating func append(_ frame: PacketizedFrame) {
    if interrupted.contains(frame.stream), !frame.isKeyFrame {
      droppedCount &+= 1
    } else if frames.count < capacity {
      interrupted.remove(frame.stream)
      frames.append(frame)
    } else {
      interrupted.insert(frame.stream)
      lost.insert(frame.stream)
      droppedCount &+= 1
    }
  }

  /// Takes everything: the frames in order, appended to `taken`, and the streams that need a key frame to go on.
  package mutating func drain(into taken: inout [PacketizedFrame]) -> Set<StreamID> {
    taken.append(contentsOf: frames)
    frames.removeAll(keepingCapacity: true)
    defer { lost.removeAll() }
    return lost
  }
}
