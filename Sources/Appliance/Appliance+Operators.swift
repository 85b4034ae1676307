import Fairness
import Foundation
import Programme
import Signalling
import WebServer

/// Who may change what others see, by HTTP: the PIN or a token as a bearer token (RFC 6750), and the devices that have
/// one.
extension Appliance {
  nonisolated var operatorRoutes: [Route] {
    [
      Route(.post, "/api/v1/operators") { [self] in try await addOperator($0) },
      Route(.get, "/api/v1/operators") { [self] request in
        _ = try authorise(request)
        return .json(ServerMessage.json(OperatorList(door.operators.devices)))
      },
      Route(.delete, "/api/v1/operators/{id}") { [self] request in
        try await removeOperator(request, by: authorise(request))
      },
    ]
  }

  /// Whoever changes what others see shows the PIN or a token: `Authorization: Bearer 7K3M-Q9XA`.
  nonisolated func authorise(_ request: APIRequest) throws(APIError) -> Author {
    guard let shown = Self.bearer(request.header("authorization") ?? "") else {
      throw APIError(.notOperator)
    }
    let source = source(of: request.remoteAddress)
    let name = try admit(OperatorClaim(shown), from: source, device: request.header("user-agent") ?? "")
    return Author(source: source, name: name)
  }

  /// What follows the scheme, which is written in any case (RFC 9110 section 11.1).
  static func bearer(_ field: String) -> String? {
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    let shown = parts[1].drop { $0 == " " }
    return shown.isEmpty ? nil : String(shown)
  }

  private nonisolated func admit(
    _ claim: OperatorClaim, from source: Source, device: String
  ) throws(APIError) -> String {
    switch door.check(claim, from: source, device: device) {
    case .granted(let grant): return grant.name
    case .wrongPIN: throw APIError(.wrongPIN)
    case .unknownToken: throw APIError(.unknownToken)
    case .slowed(let seconds): throw APIError(.slowed(seconds: seconds))
    }
  }

  /// The PIN once, for a token that lasts.
  private func addOperator(_ request: APIRequest) async throws -> APIResponse {
    struct Body: Decodable {
      var pin: String
      var name: String?
    }
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else {
      throw APIError(status: 400, code: "badMessage", message: "The body is not the JSON that this needs.")
    }
    let source = source(of: request.remoteAddress)
    let name = body.name ?? request.header("user-agent") ?? ""
    _ = try admit(.pin(body.pin), from: source, device: name)
    let (device, token) = await door.add(name)
    note(.operators, "\(device.name) (\(device.id)) is one", by: Author(source: source, name: device.name))
    struct Added: Encodable { var id, token: String }
    var response = APIResponse.json(ServerMessage.json(Added(id: device.id, token: token)), status: 201)
    response.headers["Location"] = "/api/v1/operators/\(device.id)"
    return response
  }

  /// Those who speak by the device's token are viewers from now on, and told so.
  private func removeOperator(_ request: APIRequest, by author: Author) async throws -> APIResponse {
    let id = request.parameters["id"] ?? ""
    let speakers = controls.filter { $0.value.session.grant?.device == id }.keys
    guard door.operators.revoke(id) else {
      throw APIError(status: 404, code: "unknownOperator", message: "There is no such device (any more).")
    }
    note(.operators, "\(id) is none any more", by: author)
    for speaker in speakers { welcome(speaker, reply: nil, preset: nil, follow: nil) }
    guard await door.save() else {
      throw APIError(
        status: 500, code: "internal",
        message: "It is revoked until the next start only: the state directory cannot be written.")
    }
    return .empty()
  }
}

/// What is told of the devices: not their tokens, whose hashes alone are kept.
private struct OperatorList: Encodable {
  struct Device: Encodable {
    var id, name: String
    /// Seconds since 1970.
    var added, used: Int64
  }

  var operators: [Device]

  init(_ devices: [OperatorDevice]) {
    operators = devices.map { Device(id: $0.id, name: $0.name, added: $0.added, used: $0.used) }
  }
}

extension APIError {
  /// A refusal to operate, with what the client can do about it.
  fileprivate init(_ error: SignallingError) {
    let headers =
      error.retryAfter.map { ["Retry-After": "\($0)"] } ?? ["WWW-Authenticate": "Bearer realm=\"cupola\""]
    self.init(
      status: error.retryAfter == nil ? 401 : 429, code: error.code.rawValue, message: error.message, headers: headers)
  }
}
