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
    let context = RequestContext(remoteAddress: client, logger: logger)
    var response = try await gate.handle(request) { request in try await answer(to: request, context: context) }
    response.headers[.date] = HTTPDate.now
    do {
      try await writer.write(response: response.head, body: response.body)
    } catch let error as HTTPParserError {
      throw BrokenWhileAnswered(error: error)
    }
  }

  private func answer(to request: Request, context: RequestContext) async throws -> Response {
    if let match = routes.match(request.uri.path) {
      return try await match.responder.respond(to: request, parameters: match.parameters, context: context)
    }
    if admission.isFor(request.head), request.method == .get { throw admission.answer(to: request.head) }
    return try await files.respond(to: request)
  }

  private static let forwarded = HTTPField.Name("Forwarded")!
  private static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!

  private struct BrokenWhileAnswered: Error {
    var error: HTTPParserError
  }
}
