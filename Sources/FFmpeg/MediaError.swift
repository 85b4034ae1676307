import CFFmpeg

/// Why media cannot be read, decoded or encoded, in words for the person who put the file there.
public enum MediaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file or address does not open at all.
  case cannotOpen(LibAVError)
  case notThere
  case isFolder
  /// A pipe, socket or device: opening one could block for ever.
  case notRegularFile
  case empty
  /// A list, or a film in parts, names a file outside of the folders that it may name files of.
  case outside
  /// Whoever named the address may not name one of this scheme.
  case refusedAddress(scheme: String)
  /// libav would not check the server's certificate.
  case uncheckedServer
  /// A container that is not among the usual ones, by libav's name.
  case refusedFormat(String)
  /// A container that is a list of others, which libav would open past our rules.
  case refusedList(String)
  /// A codec that is not among the usual ones.
  case refusedCodec(String)
  /// Decoding takes more memory than there is for it, in bytes.
  case tooLarge(size: String, needed: Int64, allowed: Int64)
  /// It opens, but libavformat does not know the format or the head of the file is damaged.
  case notMedia
  case noVideo
  case noDecoder(codec: String)
  case noEncoder(codec: String)
  case unsupportedPicture(String)
  /// One track lies so far behind another that there is no room for what lies between.
  case tracksApart
  /// `isInterrupted` said so while libav was blocked.
  case interrupted
  /// An open or a read took longer than its limit.
  case timedOut
  /// What was read makes no sense; reading or decoding may go on after it.
  case damaged(LibAVError)
  /// A graphics device failed; what it decodes or encodes can still be done without it.
  case device(String)
  /// Anything else that libav refused.
  case failed(LibAVError)

  public var description: String {
    switch self {
    case .cannotOpen(let error): "it cannot be opened: \(error.reason)"
    case .notThere: "there is no such file or folder"
    case .isFolder: "it is a folder"
    case .notRegularFile: "it is not a regular file"
    case .empty: "the file is empty"
    case .outside:
      "it lies outside of the folder of the list that names it; playlist.sources can name it, or its folder"
    case .refusedAddress(let scheme): "addresses that begin with \(scheme):// are not opened here"
    case .uncheckedServer:
      "libav checks no certificates of rtsps:// servers here; \"insecure: true\" beside its url plays it all the same"
    case .refusedFormat(let name): "its format \(name) is not played; \"playlist.formats: all\" allows it"
    case .refusedList(let name): "it is a list (\(name)) that would open whatever it names, and is never played"
    case .refusedCodec(let name): "its codec \(name) is not played; \"playlist.formats: all\" allows it"
    case .tooLarge(let size, let needed, let allowed):
      "pictures of \(size) pixels take \(needed >> 20) MB to decode, and there are \(allowed >> 20) MB for it"
    case .notMedia: "it is not a media file, or its beginning is damaged"
    case .noVideo: "there is no video in it"
    case .noDecoder(let codec): "there is no decoder for its codec \(codec)"
    case .noEncoder(let codec): "there is no encoder for \(codec)"
    case .unsupportedPicture(let picture): "pictures of \(picture) are not supported"
    case .tracksApart: "its tracks lie too far apart in the file"
    case .interrupted: "reading was interrupted"
    case .timedOut: "no data came in time"
    case .damaged(let error): "it is damaged: \(error.description)"
    case .device(let reason): "the graphics device failed: \(reason)"
    case .failed(let error): error.description
    }
  }
}

extension MediaError {
  /// Sorts a libav code that came while reading or coding into the cases above.
  init(code: Int32, operation: String) {
    self =
      switch code {
      case CFFMPEG_ERROR_EXIT: .interrupted
      case CFFMPEG_ERROR_INVALIDDATA: .damaged(LibAVError(code: code, operation: operation))
      default: .failed(LibAVError(code: code, operation: operation))
      }
  }
}

/// Throws what a negative `code` means; gives it back otherwise.
@discardableResult
func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(MediaError) -> Int32 {
  guard code < 0 else { return code }
  throw MediaError(code: code, operation: operation())
}
