import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Answers every method on one path from its routes.
struct PathResponder: Sendable {
  private let routes: [HTTPMethod: Route]
  private let maximumBody: Int
  private let allowsOtherOrigins: Bool
  /// The methods of the path as an `Allow` field.
  private let allow: String

  init(routes: [Route], maximumBody: Int) {
    self.routes = Dictionary(routes.map { ($0.method, $0) }, uniquingKeysWith: { first, _ in first })
    self.maximumBody = maximumBody
    allowsOtherOrigins = routes.contains { $0.allowsOtherOrigins }
    var methods = Set(routes.map(\.method))
    if methods.contains(.get) { methods.insert(.head) }
    methods.insert(.options)
    allow = HTTPMethod.allCases.filter(methods.contains).map(\.rawValue).joined(separator: ", ")
  }

  /// - Parameter parameters: what the `{names}` of the path stand for, percent-encoded.
  func respond(
    to request: Request, parameters: [String: Substring], context: RequestContext
  ) async throws -> Response {
    var answer = try await answer(to: request, parameters: parameters, context: context)
    if allowsOtherOrigins { addSharing(to: &answer) }
    return Response(answer, withoutBody: request.method == .head)
  }

  /// Throws only what Hummingbird answers: a request that turns out to be no HTTP.
  private func answer(
    to request: Request, parameters: [String: Substring], context: RequestContext
  ) async throws -> APIResponse {
    do {
      let method = HTTPMethod(rawValue: request.method.rawValue)
      if let method, let route = routes[method] ?? (method == .head ? routes[.get] : nil) {
        try refuseForeignChange(request, route: route)
        return try await route.handler(
          try await read(request, method: method, parameters: parameters, context: context))
      }
      guard method == .options else { throw APIError(methodNotAmong: allow) }
      return APIResponse(status: 204, headers: ["Allow": allow])
    } catch let error as APIError {
      return error.response
    } catch let error as HTTPParserError {
      throw error
    } catch is CancellationError where Task.isCancelled {
      return APIError(status: 503, code: "stopping", message: "The server is stopping.").response
    } catch {
      context.logger.error("a request failed", metadata: ["path": "\(context.target.path)", "error": "\(error)"])
      return APIError(status: 500, code: "internal", message: "The server failed to answer.").response
    }
  }

  private func read(
    _ request: Request, method: HTTPMethod, parameters: [String: Substring], context: RequestContext
  ) async throws -> APIRequest {
    let tooLarge = APIError(
      status: 413, code: "bodyTooLarge", message: "A request's body holds at most \(maximumBody) bytes.",
      headers: ["Connection": "close"])
    if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
      throw APIError(
        status: 415, code: "contentCoding", message: "A request's body is sent as it is, without Content-Encoding.",
        headers: ["Accept-Encoding": "identity"])
    }
    var decoded: [String: String] = [:]
    for (name, value) in parameters {
      guard let text = percentDecoded(value) else {
        throw APIError(status: 400, code: "badTarget", message: "The path is not UTF-8, percent-encoded.")
      }
      decoded[name] = text
    }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBody { throw tooLarge }
    let body: ByteBuffer
    do {
      body = try await request.body.collect(upTo: maximumBody)
    } catch is NIOTooManyBytesError {
      throw tooLarge
    } catch let error as HTTPParserError {
      throw error
    } catch {
      throw APIError(status: 400, code: "incompleteBody", message: "The request's body did not arrive.")
    }
    return APIRequest(
      method: method, path: context.target.path, parameters: decoded, query: context.target.query,
      body: Array(buffer: body), remoteAddress: context.remoteAddress, fields: request.headers)
  }

  /// A form or script of another page may send simple requests without asking; those that change something stop here.
  private func refuseForeignChange(_ request: Request, route: Route) throws(APIError) {
    guard !route.method.isSafe, !route.allowsOtherOrigins, let origin = request.headers[.origin] else { return }
    guard let host = request.head.authority.flatMap({ HostAuthority($0) }), host.isOrigin(origin) else {
      throw APIError(
        status: 403, code: "foreignOrigin", message: "Pages of other origins may not change anything here.")
    }
  }

  /// The fields of the Fetch standard's CORS protocol, for answers and for preflights.
  private func addSharing(to response: inout APIResponse) {
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = allow
    response.headers["Access-Control-Allow-Headers"] = "Content-Type, Authorization, If-Match"
    response.headers["Access-Control-Expose-Headers"] = "Location, Link, ETag"
    response.headers["Access-Control-Max-Age"] = "86400"
  }
}

extension APIError {
  /// What any other method is answered, known or not (RFC 9110, section 15.5.6).
  init(methodNotAmong allow: String) {
    self.init(
      status: 405, code: "methodNotAllowed", message: "This address answers \(allow).", headers: ["Allow": allow])
  }
}

extension Response {
  /// An answer as Hummingbird sends it; answers to HEAD keep the length of the body that they leave out.
  init(_ answer: APIResponse, withoutBody: Bool = false) {
    var fields = HTTPFields()
    for (name, value) in answer.headers {
      if let name = HTTPField.Name(name), HTTPField.isValidValue(value) { fields[name] = value }
    }
    if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
    if !answer.body.isEmpty { fields[.contentLength] = String(answer.body.count) }
    let body = withoutBody ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    self.init(status: HTTPResponse.Status(code: answer.status), headers: fields, body: body)
  }
}
