import HTTPTypes
import HummingbirdCore
import NIOPosix

/// Serves the pages, without following symbolic links or showing hidden files.
///
/// Every file is revalidated by its tag and none is served from a cache unasked: after an update the next load has all
/// of the new page.
struct StaticFiles: Sendable {
  let tree: FileTree?

  /// - Parameter path: of the request's target.
  func respond(to request: Request, path: String) async throws -> Response {
    Response(try await answer(to: request, path: path), withoutBody: request.method == .head)
  }

  private func answer(to request: Request, path target: String) async throws -> APIResponse {
    guard let tree, let components = Self.components(of: target) else { throw Self.notFound }
    let isFolderPath = target.hasSuffix("/")
    let path = isFolderPath ? components + [Array("index.html".utf8)] : components
    let entry = try await NIOThreadPool.singleton.runIfActive { tree.entry(at: path) }
    switch entry {
    case nil:
      throw Self.notFound
    case _ where HTTPMethod(rawValue: request.method.rawValue)?.isSafe != true:
      throw APIError(methodNotAmong: Self.allow)
    case _ where request.method == .options:
      return APIResponse(status: 204, headers: ["Allow": Self.allow])
    case .folder:
      guard !isFolderPath else { throw Self.notFound }
      return APIResponse(status: 308, headers: ["Location": target + "/"])
    case .file(let contents):
      let tag = EntityTag(of: contents)
      var answer = APIResponse(headers: ["ETag": tag.field, "Cache-Control": "no-cache"])
      if let required = request.headers[Self.ifMatch], !tag.isRequired(in: required) {
        throw APIError(
          status: 412, code: "changed", message: "The file is not the one that was asked for.", headers: answer.headers)
      }
      if let known = request.headers[.ifNoneMatch], tag.isNamed(in: known) {
        answer.status = 304
      } else {
        answer.headers["Content-Type"] = mediaType(ofFileNamed: isFolderPath ? "index.html" : target)
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

  private static let ifMatch = HTTPField.Name("If-Match")!
  private static let allow = "GET, HEAD, OPTIONS"
  private static let notFound = APIError(status: 404, code: "notFound", message: "There is nothing at this address.")
}
