/// The media type of a file by its name, for what a page consists of.
func mediaType(ofFileNamed name: some StringProtocol) -> String {
  guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
  return switch name[name.index(after: dot)...].lowercased() {
  case "html": "text/html; charset=utf-8"
  case "css": "text/css; charset=utf-8"
  case "js", "mjs": "text/javascript; charset=utf-8"
  case "json", "map": "application/json"
  case "webmanifest": "application/manifest+json"
  case "svg": "image/svg+xml"
  case "png": "image/png"
  case "jpg", "jpeg": "image/jpeg"
  case "webp": "image/webp"
  case "ico": "image/x-icon"
  case "woff2": "font/woff2"
  case "txt": "text/plain; charset=utf-8"
  default: "application/octet-stream"
  }
}
