import CFFmpeg

/// Lets libavformat read a `RegularFile`, by the descriptor that it was opened with.
///
/// Only the thread that is inside of libavformat uses it.
final class FileInput {
  private let file: RegularFile
  private let interruption: InterruptCallback
  private var position: Int64 = 0

  private static let bufferSize: Int32 = 64 << 10
  /// Not a place to go to, but the question how long the file is.
  private static let askSize = Int32(AVSEEK_SIZE)

  private init(_ file: RegularFile, interruption: InterruptCallback) {
    self.file = file
    self.interruption = interruption
  }

  /// A reader of `file` from its first byte on, to be freed with `free`.
  static func make(_ file: RegularFile, interruption: InterruptCallback) -> UnsafeMutablePointer<AVIOContext> {
    let input = Unmanaged.passRetained(FileInput(file, interruption: interruption))
    guard let buffer = av_malloc(Int(bufferSize)),
      let context = avio_alloc_context(
        buffer.assumingMemoryBound(to: UInt8.self), bufferSize, 0, input.toOpaque(),
        { opaque, buffer, count in FileInput.of(opaque).read(into: buffer, count: count) }, nil,
        { opaque, offset, whence in FileInput.of(opaque).seek(to: offset, whence: whence) })
    else { fatalError("out of memory") }
    return context
  }

  static func free(_ context: UnsafeMutablePointer<AVIOContext>) {
    if let opaque = context.pointee.opaque { Unmanaged<FileInput>.fromOpaque(opaque).release() }
    // libavformat may have put another buffer in the place of the first.
    av_free(context.pointee.buffer)
    var context: UnsafeMutablePointer<AVIOContext>? = context
    avio_context_free(&context)
  }

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> FileInput {
    Unmanaged<FileInput>.fromOpaque(opaque!).takeUnretainedValue()
  }

  private func read(into buffer: UnsafeMutablePointer<UInt8>?, count: Int32) -> Int32 {
    if interruption.shouldEnd { return CFFMPEG_ERROR_EXIT }
    let read = file.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(count)), at: position)
    guard read > 0 else { return read == 0 ? CFFMPEG_ERROR_EOF : cffmpeg_error(Int32(-read)) }
    position += Int64(read)
    return Int32(read)
  }

  private func seek(to offset: Int64, whence: Int32) -> Int64 {
    if whence & Self.askSize != 0 { return file.size }
    let base: Int64
    switch whence & ~Int32(AVSEEK_FORCE) {
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    case SEEK_END: base = file.size
    default: return Int64(CFFMPEG_ERROR_EINVAL)
    }
    let (target, isTooFar) = base.addingReportingOverflow(offset)
    guard !isTooFar, target >= 0 else { return Int64(CFFMPEG_ERROR_EINVAL) }
    position = target
    return target
  }
}
