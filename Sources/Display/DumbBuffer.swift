import CDRM
import Glibc
import Media

/// Memory that a card shows and the processor writes; it goes with the last reference.
@safe final class DumbBuffer {
  let framebuffer: UInt32
  let size: VideoSize
  private let card: KMSCard
  private let handle: UInt32
  private let stride: Int
  private let base: UnsafeMutableRawPointer
  private let length: Int

  init(_ size: VideoSize, on card: KMSCard) throws(DeviceError) {
    let (width, height) = (UInt32(clamping: size.width), UInt32(clamping: size.height))
    var (handle, pitch, framebuffer) = (UInt32(0), UInt32(0), UInt32(0))
    var (length, offset) = (UInt64(0), UInt64(0))
    try DeviceError.check(
      unsafe drmModeCreateDumbBuffer(card.descriptor, width, height, 32, 0, &handle, &pitch, &length))
    var isDone = false
    defer {
      if !isDone {
        if framebuffer != 0 { drmModeRmFB(card.descriptor, framebuffer) }
        drmModeDestroyDumbBuffer(card.descriptor, handle)
      }
    }
    // What is written is within what is mapped, whatever a driver says.
    guard Int(pitch) >= size.width * 4, length >= UInt64(pitch) * UInt64(height), length <= UInt64(Int32.max) else {
      throw .invalid
    }
    let (handles, pitches, offsets): ([UInt32], [UInt32], [UInt32]) = (
      [handle, 0, 0, 0], [pitch, 0, 0, 0], [0, 0, 0, 0]
    )
    try DeviceError.check(
      unsafe drmModeAddFB2(
        card.descriptor, width, height, CDRM_FORMAT_XRGB8888, handles, pitches, offsets, &framebuffer, 0))
    try DeviceError.check(unsafe drmModeMapDumbBuffer(card.descriptor, handle, &offset))
    let map = unsafe mmap(nil, Int(length), PROT_READ | PROT_WRITE, MAP_SHARED, card.descriptor, Int(offset))
    guard let map = unsafe map, unsafe map != MAP_FAILED else { throw DeviceError(errno: errno) }
    unsafe base = map
    self.framebuffer = framebuffer
    self.size = size
    self.card = card
    self.handle = handle
    stride = Int(pitch)
    self.length = Int(length)
    isDone = true
  }

  deinit {
    unsafe munmap(base, length)
    drmModeRmFB(card.descriptor, framebuffer)
    drmModeDestroyDumbBuffer(card.descriptor, handle)
  }

  func withPixels(_ body: (PixelMemory) -> Void) {
    unsafe body(PixelMemory(base: base, stride: stride, size: size))
  }
}
