import HTTPTypes
import HummingbirdCore
import NIOPosix

/// Serves the pages, without following symbolic links or showing hidden files.
///
/// Every file is revalidated by its tag and none is served from a cache unasked: after an update the next load has all
/// of the new page.
struct StaticFiles: Sendable {
  let tree: FileTree?

  func respond(to request: Request) async throws -> Response {
    Response(try await answer(to: request), withoutBody: request.method == .head)
  }

  private func answer(to request: Request) async throws -> APIResponse {
    guard let method = HTTPMethod(rawValue: request.method.rawValue) else { throw PathResponder.unknownMethod }
    guard let tree, let components = Self.components(of: request.uri.path) else { throw Self.notFound }
    let isFolderPath = request.uri.path.hasSuffix("/")
    let path = isFolderPath ? components + [Array("index.html".utf8)] : components
    let entry = try await NIOThreadPool.singleton.runIfActive { tree.entry(at: path) }
    switch entry {
    case nil:
      throw Self.notFound
    case _ where !method.isSafe:
      throw APIError(
        status: 405, code: "methodNotAllowed", message: "This address answers \(Self.allow).",
        headers: ["Allow": Self.allow])
    case _ where method == .options:
      return APIResponse(status: 204, headers: ["Allow": Self.allow])
    case .folder:
      guard !isFolderPath else { throw Self.notFound }
      return APIResponse(status: 308, headers: ["Location": request.uri.path + "/"])
    case .file(let contents):
      let tag = EntityTag(of: contents)
      var answer = APIResponse(headers: ["ETag": tag.field, "Cache-Control": "no-cache"])
      if let known = request.headers[.ifNoneMatch], tag.isNamed(in: known) {
        answer.status = 304
      } else {
        answer.headers["Content-Type"] = mediaType(ofFileNamed: isFolderPath ? "index.html" : request.uri.path)
        answer.body = contents
      }
      return answer
    }
  }

  /// The decoded components of a path, without the empty one behind a last slash; nil when the path is not well formed.
  private static func components(of path: String) -> [[UInt8]]? {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    if parts.last == "" { parts.removeLast() }
    var components: [[UInt8]] = []
    for part in parts {
      guard let component = percentDecodedBytes(part), !component.isEmpty else { return nil }
      components.append(component)
    }
    return components
  }

  private static let allow = "GET, HEAD, OPTIONS"
  private static let notFound = APIError(status: 404, code: "notFound", message: "There is nothing at this address.")
}
