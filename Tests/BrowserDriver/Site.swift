import Foundation

/// A folder of files as a page's whole web.
struct Site: Sendable {
  let folder: String

  /// The file of an address; nil: there is none, or the address leaves the folder.
  func file(at address: String) -> (content: Data, mediaType: String)? {
    guard let url = URL(string: address) else { return nil }
    let path = url.path.isEmpty || url.path == "/" ? "/index.html" : url.path
    guard !path.split(separator: "/").contains("..") else { return nil }
    guard let content = FileManager.default.contents(atPath: folder + path) else { return nil }
    let mediaType =
      switch (path as NSString).pathExtension {
      case "html": "text/html; charset=utf-8"
      case "js": "text/javascript"
      case "css": "text/css"
      case "svg": "image/svg+xml"
      case "webmanifest": "application/manifest+json"
      default: "application/octet-stream"
      }
    return (content, mediaType)
  }
}
