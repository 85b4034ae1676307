import Foundation

/// The text of a file that the kernel makes up; nil: it is not there, or cannot be read.
public func smallFile(_ path: String) -> String? {
  guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 4096) else {
    return nil
  }
  return String(decoding: data, as: UTF8.self)
}
