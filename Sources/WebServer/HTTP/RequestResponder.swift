import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Answers every request of the server: a route, else a file, and the gate before both.
struct RequestResponder: Sendable {
  let gate: RequestGate
  let routes: RoutingTable
  let files: StaticFiles
  let admission: WebSocketAdmission
  let proxies: TrustedProxies
  let logger: Logger

  /// Writes the answer to `request`, which came in on `channel`.
  ///
  /// Throws when the connection is of no more use; an `HTTPParserError` only while nothing has been written, since
  /// Hummingbird answers it.
  func respond(to request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
    let client = proxies.client(
      RemoteAddress(channel.remoteAddress), forwarded: request.headers[values: Self.forwarded],
      xForwardedFor: request.headers[values: Self.xForwardedFor])
    var response = try await gate.handle(request) { target in
      let context = RequestContext(target: target, remoteAddress: client, logger: logger)
      return try await answer(to: request, context: context, channel: channel)
    }
    response.headers[.date] = HTTPDate.now
    do {
      try await writer.write(response: response.head, body: response.body)
    } catch let error as HTTPParserError {
      throw BrokenWhileAnswered(error: error)
    }
  }

  private func answer(to request: Request, context: RequestContext, channel: any Channel) async throws -> Response {
    let path = context.target.path
    if path == "*" { return Response(APIResponse(status: 204, headers: ["Allow": Self.allow])) }
    if let match = routes.match(path) {
      return try await match.responder.respond(to: request, parameters: match.parameters, context: context)
    }
    guard path == admission.configuration.path else { return try await files.respond(to: request, path: path) }
    let refusal = try await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: HandshakeFilter.self).refusal
    }.get()
    return Response(try admission.answer(to: request.method, refusal: refusal), withoutBody: request.method == .head)
  }

  /// Of the server as a whole.
  private static let allow = HTTPMethod.allCases.map(\.rawValue).joined(separator: ", ")
  private static let forwarded = HTTPField.Name("Forwarded")!
  private static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!

  private struct BrokenWhileAnswered: Error {
    var error: HTTPParserError
  }
}
