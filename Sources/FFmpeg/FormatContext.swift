import CFFmpeg
import Glibc

/// Owns one open AVFormatContext, and what its callbacks refer to.
struct FormatContext: ~Copyable {
  let pointer: UnsafeMutablePointer<AVFormatContext>
  let interruption: InterruptCallback
  private let door: MediaDoor
  /// What the container is read from, where that is ours to close.
  private let input: UnsafeMutablePointer<AVIOContext>?

  /// How much libavformat may read to find out what it has, in bytes and in microseconds of media.
  private static let probeLimits = (bytes: 8_000_000, microseconds: 5_000_000)

  init(opening location: AdmittedLocation, access: MediaAccess, interruption: InterruptCallback) throws(MediaError) {
    var context = avformat_alloc_context()
    guard let allocated = context else { fatalError("out of memory") }
    allocated.pointee.interrupt_callback.opaque = Unmanaged.passUnretained(interruption).toOpaque()
    allocated.pointee.interrupt_callback.callback = { opaque in
      Unmanaged<InterruptCallback>.fromOpaque(opaque!).takeUnretainedValue().shouldEnd ? 1 : 0
    }
    allocated.pointee.probesize = Int64(Self.probeLimits.bytes)
    allocated.pointee.max_analyze_duration = Int64(Self.probeLimits.microseconds)
    let door = MediaDoor(in: allocated, for: location, access: access, interruption: interruption)
    let found: Found
    do throws(MediaError) {
      found = try Self.find(location, in: allocated, door: door, access: access, interruption: interruption)
    } catch {
      avformat_free_context(allocated)
      throw error
    }
    allocated.pointee.pb = found.input
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    door.set(&options)
    // A picture's name is a name, not a pattern of many.
    av_dict_set(&options, "pattern_type", "none", 0)
    // A failed open frees the context.
    let code = avformat_open_input(&context, found.name, found.format, &options)
    guard code >= 0, let opened = context else {
      if let input = found.input { Self.close(input, by: door) }
      throw Self.error(code, interruption)
    }
    if case .address = location, found.input != nil {
      // As if libavformat had opened it: then it also closes it, and keeps a server's cookies.
      opened.pointee.flags &= ~AVFMT_FLAG_CUSTOM_IO
      input = nil
    } else {
      input = found.input
    }
    pointer = opened
    self.interruption = interruption
    self.door = door
  }

  /// What is read, from where, and under which name.
  private struct Found {
    /// As C takes it.
    var name: [CChar]
    var format: UnsafePointer<AVInputFormat>?
    var input: UnsafeMutablePointer<AVIOContext>?
  }

  /// Opens the item, and finds its container, unless that is not to be read.
  private static func find(
    _ location: AdmittedLocation, in context: UnsafeMutablePointer<AVFormatContext>, door: MediaDoor,
    access: MediaAccess, interruption: InterruptCallback
  ) throws(MediaError) -> Found {
    let name: [CChar]
    switch location {
    case .address(let url, "rtsp"), .address(let url, "rtsps"), .address(let url, "rtp"):
      // These are containers that open connections by themselves.
      let format = av_find_input_format(url.lowercased().hasPrefix("rtsp") ? "rtsp" : "rtp")
      guard let format else { throw .refusedAddress(scheme: String(url.prefix { $0 != ":" })) }
      if url.lowercased().hasPrefix("rtsps"), !access.isInsecure, !canCheckServers(format) { throw .uncheckedServer }
      return Found(name: Array(url.utf8CString), format: format)
    case .address(let url, _): name = Array(url.utf8CString)
    case .file(let file): name = "file:".utf8.map { CChar(bitPattern: $0) } + (file.path.systemPath ?? [0])
    }
    let (code, input) = door.openItem(in: context)
    guard code >= 0, let input else { throw error(code, interruption) }
    var format: UnsafePointer<AVInputFormat>?
    let score = av_probe_input_buffer2(input, &format, name, context, 0, 0)
    var refusal: MediaError?
    if score < 0 {
      refusal = error(score, interruption)
    } else if let format {
      refusal = access.formats.refusal(ofContainer: String(cString: format.pointee.name))
    } else {
      refusal = .notMedia
    }
    if let refusal {
      door.close(input, in: context)
      throw refusal
    }
    return Found(name: name, format: format, input: input)
  }

  /// Whether RTSP checks the certificates of servers: newer versions of libav do.
  private static func canCheckServers(_ format: UnsafePointer<AVInputFormat>) -> Bool {
    var kind = format.pointee.priv_class
    return withUnsafeMutablePointer(to: &kind) { kind in
      av_opt_find(kind, "tls_verify", nil, 0, Int32(AV_OPT_SEARCH_FAKE_OBJ)) != nil
    }
  }

  /// Without the context, which is gone.
  private static func close(_ input: UnsafeMutablePointer<AVIOContext>, by door: MediaDoor) {
    guard let context = avformat_alloc_context() else { fatalError("out of memory") }
    door.close(input, in: context)
    avformat_free_context(context)
  }

  private static func error(_ code: Int32, _ interruption: InterruptCallback) -> MediaError {
    switch code {
    case CFFMPEG_ERROR_INVALIDDATA, CFFMPEG_ERROR_EOF: .notMedia
    case CFFMPEG_ERROR_EXIT: interruption.error(code, "open")
    default: .cannotOpen(LibAVError(code: code, operation: "open"))
    }
  }

  deinit {
    var context: UnsafeMutablePointer<AVFormatContext>? = pointer
    avformat_close_input(&context)
    if let input { Self.close(input, by: door) }
  }

  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(pointer.pointee.nb_streams)).compactMap { pointer.pointee.streams[$0] }
  }

  var formatName: String { String(cString: pointer.pointee.iformat.pointee.name) }
}
