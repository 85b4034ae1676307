import CFFmpeg
import Media

/// What libavformat opens, it opens here: the item itself, and what the item names (the parts of an HLS stream).
///
/// A file opens files in its own folder or below it, and nothing else. An address opens what its scheme needs; what an
/// HTTP server names is HTTP. libavformat's own list of protocols says the same once more, for what it opens past this
/// door: none for a file.
final class MediaDoor {
  typealias Context = UnsafeMutablePointer<AVFormatContext>
  typealias Options = UnsafeMutablePointer<OpaquePointer?>

  /// How long a server may say nothing, in microseconds.
  private static let ioTimeout: Int64 = 8_000_000

  private let location: AdmittedLocation
  private let isInsecure: Bool
  private let interruption: InterruptCallback
  private let openByLibav:
    @convention(c) (
      Context?, UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?, UnsafePointer<CChar>?, Int32, Options?
    ) -> Int32
  private let closeByLibav: @convention(c) (Context?, UnsafeMutablePointer<AVIOContext>?) -> Int32
  /// What was opened here, not by libav.
  private var files: Set<UnsafeMutablePointer<AVIOContext>> = []

  /// Takes its place in `context`, which must not outlive it.
  init(in context: Context, for location: AdmittedLocation, access: MediaAccess, interruption: InterruptCallback) {
    self.location = location
    isInsecure = access.isInsecure
    self.interruption = interruption
    guard let open = context.pointee.io_open, let close = context.pointee.io_close2 else {
      preconditionFailure("a new context opens and closes by libavformat's own functions")
    }
    openByLibav = open
    closeByLibav = close
    context.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
    context.pointee.io_open = { context, result, url, flags, options in
      guard let context, let result, let url else { return CFFMPEG_ERROR_EINVAL }
      return MediaDoor.of(context).open(MediaLocation(cString: url), in: context, flags: flags, options, result)
    }
    context.pointee.io_close2 = { context, opened in
      guard let context, let opened else { return 0 }
      return MediaDoor.of(context).close(opened, in: context)
    }
    av_opt_set(context, "protocol_whitelist", protocols, 0)
    av_opt_set(context, "format_whitelist", access.formats.containerList, 0)
    if let decoders = access.formats.decoderList { av_opt_set(context, "codec_whitelist", decoders, 0) }
  }

  private static func of(_ context: Context) -> MediaDoor {
    Unmanaged<MediaDoor>.fromOpaque(context.pointee.opaque!).takeUnretainedValue()
  }

  /// libav's names of the protocols that the item's own needs.
  private var protocols: String {
    guard case .address(_, let scheme) = location else { return "none" }
    switch scheme {
    case "http", "https": return "http,https,tcp,tls,httpproxy,crypto"
    case "rtsp", "rtsps": return "rtp,srtp,udp,tcp,tls"
    case "rtp": return "rtp,udp"
    default: return scheme
    }
  }

  /// What every connection is opened with; libavformat does not carry all of it from a stream to its parts.
  func set(_ options: Options?) {
    av_dict_set_int(options, "rw_timeout", Self.ioTimeout, 0)
    av_dict_set_int(options, "tls_verify", isInsecure ? 0 : 1, 0)
  }

  /// Opens the item itself.
  func openItem(in context: Context) -> (code: Int32, opened: UnsafeMutablePointer<AVIOContext>?) {
    switch location {
    case .file(let file):
      let opened = FileInput.make(file, interruption: interruption)
      files.insert(opened)
      return (0, opened)
    case .address(let url, _):
      var opened: UnsafeMutablePointer<AVIOContext>?
      var options: OpaquePointer?
      defer { av_dict_free(&options) }
      set(&options)
      // libavformat compares the two.
      context.pointee.url = av_strdup(url)
      defer {
        av_free(context.pointee.url)
        context.pointee.url = nil
      }
      let code = openByLibav(context, &opened, url, AVIO_FLAG_READ, &options)
      return (code, opened)
    }
  }

  private func open(
    _ location: MediaLocation, in context: Context, flags: Int32, _ options: Options?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>
  ) -> Int32 {
    guard flags & AVIO_FLAG_WRITE == 0 else { return cffmpeg_error(EPERM) }
    switch self.location {
    case .file(let file): return openFile(location, beside: file, result)
    case .address(_, let scheme):
      let named = AdmittedLocation.scheme(of: location)?.split(separator: "+").last.map(String.init)
      guard let named, ["http", "https"].contains(named), ["http", "https"].contains(scheme) else {
        return cffmpeg_error(EPERM)
      }
      var own: OpaquePointer?
      defer { av_dict_free(&own) }
      let options = options ?? withUnsafeMutablePointer(to: &own) { $0 }
      set(options)
      return openByLibav(context, result, location.text, flags, options)
    }
  }

  private func openFile(
    _ location: MediaLocation, beside item: RegularFile,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>
  ) -> Int32 {
    guard let place = item.place, let part = try? RegularFile(path: location.withoutFilePrefix),
      part.lies(in: place.folder)
    else { return cffmpeg_error(EPERM) }
    let opened = FileInput.make(part, interruption: interruption)
    files.insert(opened)
    result.pointee = opened
    return 0
  }

  /// Closes what was opened here, or by libav.
  @discardableResult
  func close(_ opened: UnsafeMutablePointer<AVIOContext>, in context: Context) -> Int32 {
    guard files.remove(opened) != nil else { return closeByLibav(context, opened) }
    FileInput.free(opened)
    return 0
  }
}

extension MediaLocation {
  /// A path as libav writes it, "file:/a/b", is one without it.
  fileprivate var withoutFilePrefix: MediaLocation {
    let path = AdmittedLocation.path(of: self)
    return path.bytes.starts(with: "file:".utf8) ? MediaLocation(bytes: path.bytes.dropFirst(5)) : path
  }
}
