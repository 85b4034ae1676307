import Glibc
import Media

extension MediaLocation {
  /// An argument of the command line, byte by byte: Swift's text of it has lost what is not UTF-8.
  init(argument text: String) {
    let arguments = (0..<Int(CommandLine.argc)).lazy.compactMap { index -> [UInt8]? in
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return unsafe Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
    }
    let own = arguments.first { String(decoding: $0, as: UTF8.self).utf8.elementsEqual(text.utf8) }
    self = own.map { MediaLocation(bytes: $0) } ?? MediaLocation(text)
  }
}
