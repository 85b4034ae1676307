import HTTPTypes
import HummingbirdCore
import NIOHTTP1

/// Every request passes here first and every answer last: checks target, `Host` and what no route has to know of, adds
/// the security fields, counts.
struct RequestGate: Sendable {
  let hosts: AllowedHosts
  let statistics: WebServerStatistics

  func handle(_ request: Request, next: (RequestTarget) async throws -> Response) async throws -> Response {
    var response: Response
    do {
      response = try await next(try check(request))
    } catch let error as APIError {
      response = Response(error.response, withoutBody: request.method == .head)
    } catch let error as HTTPParserError {
      statistics.count { $0.malformedRequests += 1 }
      throw error
    }
    Self.harden(&response.headers)
    if request.headers[.connection] == "close" { response.headers[.connection] = "close" }
    statistics.countResponse(status: response.status.code)
    return response
  }

  private func check(_ request: Request) throws(APIError) -> RequestTarget {
    guard request.method != .connect else {
      throw APIError(
        status: 501, code: "noProxy", message: "This server is no proxy.", headers: ["Connection": "close"])
    }
    guard let field = request.head.authority, request.headers[Self.host] == nil, let host = HostAuthority(field) else {
      throw APIError(status: 400, code: "badHost", message: "The request needs one valid Host field.")
    }
    guard hosts.allows(host) else { throw AllowedHosts.refusal(of: host.host) }
    guard let target = RequestTarget(request.head.path ?? "") else {
      throw APIError(
        status: 400, code: "badTarget", message: "A request's target is a path, or an http address of this server.")
    }
    // The decoder has taken "chunked" off; what lies beneath is unknown.
    if let coding = request.headers[.transferEncoding], coding.lowercased() != "chunked" {
      throw APIError(
        status: 501, code: "transferCoding", message: "The only transfer coding here is chunked.",
        headers: ["Connection": "close"])
    }
    if let expectation = request.headers[.expect], expectation.lowercased() != "100-continue" {
      throw APIError(
        status: 417, code: "expectation", message: "Nothing but 100-continue may be expected here.")
    }
    return target
  }

  private static func harden(_ fields: inout HTTPFields) {
    fields[.xContentTypeOptions] = "nosniff"
    fields[Self.referrerPolicy] = "no-referrer"
    fields[.contentSecurityPolicy] = Self.policy
  }

  /// A repeated `Host`: Hummingbird takes the first out of the fields.
  private static let host = HTTPField.Name("Host")!
  private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  /// Content Security Policy Level 3: nothing but what this server sends, and no foreign page around it.
  private static let policy = [
    "default-src 'self'", "connect-src 'self' ws: wss:", "img-src 'self' data: blob:",
    "media-src 'self' blob: mediastream:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'self'",
  ].joined(separator: "; ")
}
