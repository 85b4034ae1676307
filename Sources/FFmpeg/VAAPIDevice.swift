import CFFmpeg
import CVA
import Glibc
import Synchronization

/// A graphics card by way of VA-API: a display on a render node, as libavcodec wants it.
///
/// Sendable: libva and libavutil lock a display themselves, and nothing here changes but behind a lock.
public final class VAAPIDevice: HardwareDevice, @unchecked Sendable {
  /// "VA-API".
  public let name = "VA-API"
  /// The render node: "/dev/dri/renderD128".
  public let path: String
  /// What the driver calls itself.
  public let driver: String
  /// How pictures get out of its memory fastest, once that has been measured.
  let surfaceCopy = Mutex<SurfaceCopyMethod?>(nil)
  /// Decides which of the ways out that were tried is taken; they come in the order of `SurfaceCopyMethod`.
  let choosesCopy: SurfaceCopyMethod.Choice
  let display: VADisplay
  private let reference: UnsafeMutablePointer<AVBufferRef>

  public var pixelFormat: Int32 { AV_PIX_FMT_VAAPI.rawValue }

  /// Opens a render node, blocking for as long as the driver takes.
  public convenience init(
    path: String, choosingCopy: @escaping SurfaceCopyMethod.Choice = SurfaceCopyMethod.fastest
  ) throws(HardwareProblem) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw HardwareProblem(opening: path, errno: errno) }
    guard let display = vaGetDisplayDRM(descriptor) else {
      close(descriptor)
      throw .noDriver(path: path, reason: "libva knows no such device")
    }
    try self.init(display: display, path: path, descriptor: descriptor, choosingCopy: choosingCopy)
  }

  /// Takes over a display that nobody has initialised; `descriptor` is closed with it.
  package init(
    display: VADisplay, path: String, descriptor: Int32 = -1,
    choosingCopy: @escaping SurfaceCopyMethod.Choice = SurfaceCopyMethod.fastest
  ) throws(HardwareProblem) {
    choosesCopy = choosingCopy
    // libva writes to standard error otherwise.
    vaSetInfoCallback(display, nil, nil)
    vaSetErrorCallback(display, nil, nil)
    var (major, minor): (Int32, Int32) = (0, 0)
    let status = vaInitialize(display, &major, &minor)
    guard status == VA_STATUS_SUCCESS else {
      vaTerminate(display)
      if descriptor >= 0 { close(descriptor) }
      throw .noDriver(path: path, reason: Self.words(status))
    }
    guard let reference = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_VAAPI) else { fatalError("out of memory") }
    let context = UnsafeMutableRawPointer(reference.pointee.data!).assumingMemoryBound(to: AVHWDeviceContext.self)
    context.pointee.hwctx.assumingMemoryBound(to: AVVAAPIDeviceContext.self).pointee.display = display
    // The last reference may be a decoder's, so the display ends with the context and not with this object.
    context.pointee.user_opaque = UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1)
    context.pointee.free = { context in
      guard let context else { return }
      vaTerminate(context.pointee.hwctx.assumingMemoryBound(to: AVVAAPIDeviceContext.self).pointee.display)
      let descriptor = Int(bitPattern: context.pointee.user_opaque) - 1
      if descriptor >= 0 { close(Int32(descriptor)) }
    }
    let code = av_hwdevice_ctx_init(reference)
    guard code >= 0 else {
      var reference: UnsafeMutablePointer<AVBufferRef>? = reference
      av_buffer_unref(&reference)
      throw .noDriver(path: path, reason: LibAVError(code: code, operation: "use the driver").reason)
    }
    self.path = path
    self.display = display
    self.reference = reference
    driver = vaQueryVendorString(display).map { String(cString: $0) } ?? "unknown driver"
  }

  deinit {
    var reference: UnsafeMutablePointer<AVBufferRef>? = reference
    av_buffer_unref(&reference)
  }

  public func makeReference() throws(MediaError) -> UnsafeMutablePointer<AVBufferRef> {
    guard let new = av_buffer_ref(reference) else { fatalError("out of memory") }
    return new
  }

  /// libva's words for a status.
  static func words(_ status: VAStatus) -> String {
    vaErrorStr(status).map { String(cString: $0) } ?? "status \(status)"
  }

  /// Throws what a status other than success means.
  static func check(_ status: VAStatus, _ call: StaticString) throws(MediaError) {
    guard status != VA_STATUS_SUCCESS else { return }
    throw .device("\(call): \(words(status))")
  }
}
