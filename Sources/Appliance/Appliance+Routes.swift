import Foundation
import Media
import Programme
import SansIO
import Signalling
import WebServer

/// HTTP: WHEP, the REST form of the messages, health.
extension Appliance {
  /// What the web server answers besides files.
  public nonisolated var routes: [Route] {
    whepRoutes + apiRoutes + operatorRoutes + healthRoutes
  }

  // MARK: WHEP (RFC 9725's sibling, draft-ietf-wish-whep)

  private nonisolated var whepRoutes: [Route] {
    let isOpen = configuration.server.crossOrigin
    return [
      Route(.post, "/whep/{preset}", allowsOtherOrigins: isOpen) { [self] in try await whepJoin($0) },
      Route(.delete, "/whep/session/{session}", allowsOtherOrigins: isOpen) { [self] in try await whepLeave($0) },
      Route(.patch, "/whep/session/{session}", allowsOtherOrigins: isOpen) { _ in
        // ICE-lite: there is nothing to trickle to us, and a restart is a new session.
        throw APIError(
          status: 405, code: "notSupported", message: "Trickle ICE and ICE restarts are not supported.",
          headers: ["Allow": "DELETE, OPTIONS"])
      },
    ]
  }

  private func whepJoin(_ request: APIRequest) async throws -> APIResponse {
    guard request.contentType == "application/sdp" else {
      throw APIError(status: 415, code: "badOffer", message: "The offer is sent as application/sdp.")
    }
    let name = request.parameters["preset"] ?? ""
    // Whatever presets are called, this is the programme.
    let preset = name == "programme" ? nil : programme.presets.find(name)
    guard preset != nil || name == "programme" else {
      throw APIError(status: 404, code: "unknownPreset", message: "There is no preset \"\(name)\".")
    }
    let session = (0..<16).map { _ in String(Int.random(in: 256..<512), radix: 16).dropFirst() }.joined()
    let client = ClientID.session(session)
    do throws(JoinError) {
      do throws(Refusal) { try programme.choose(preset?.number, for: client) } catch { throw .unknownPreset }
      let joined = try await join(
        offer: String(decoding: request.body, as: UTF8.self),
        by: Visitor(client: client, source: source(of: request.remoteAddress)))
      noteJoin(joined.id, by: .whep, Author(source: source(of: request.remoteAddress), name: ""))
      var headers = ["Content-Type": "application/sdp", "Location": "/whep/session/\(session)"]
      if joined.preset != joined.wanted { headers["Cupola-Preset"] = "\(joined.preset); reason=encoderLimit" }
      return APIResponse(status: 201, headers: headers, body: Array(joined.answer.utf8))
    } catch {
      programme.forget(client)
      let status =
        switch error {
        case .viewerLimit, .encoderLimit, .unavailable: 503
        case .unknownPreset: 404
        case .offerTooLong: 413
        case .offer: error.hasNoCommonCodec ? 406 : 400
        }
      throw APIError(
        status: status, code: error.signalling.rawValue, message: error.message,
        headers: status == 503 ? ["Retry-After": "5"] : [:])
    }
  }

  private func whepLeave(_ request: APIRequest) throws -> APIResponse {
    guard let session = request.parameters["session"], let id = registry[.session(session)] else {
      throw APIError(status: 404, code: "unknownSession", message: "There is no such session (any more).")
    }
    leave(id)
    return .empty(status: 200)
  }

  // MARK: REST

  private nonisolated var apiRoutes: [Route] {
    [
      Route(.get, "/api/v1/state") { [self] _ in .json(ServerMessage.json(currentState)) },
      command(.put, "/api/v1/programme") { request throws(APIError) in
        let preset = try Self.read(request, ["preset"]) { fields throws(SignallingError) in
          try fields.presetNumber("preset")
        }
        return .goto(preset, .programme)
      },
      command(.put, "/api/v1/presets/{number}") { request throws(APIError) in .setPreset(try Self.preset(in: request))
      },
      command(.delete, "/api/v1/presets/{number}") { request throws(APIError) in
        guard let number = Self.presetNumber(in: request) else { throw APIError(.unknownPreset) }
        return .removePreset(number)
      },
      command(.post, "/api/v1/playlist/next") { _ in .playlist(.next) },
      command(.post, "/api/v1/playlist/previous") { _ in .playlist(.previous) },
      command(.post, "/api/v1/playlist/goto") { request throws(APIError) in
        let index = try Self.read(request, ["index"]) { fields throws(SignallingError) in
          try fields.integer("index", in: 0...ClientMessage.maximumIndex)
        }
        return .playlist(.go(to: index))
      },
      command(.post, "/api/v1/transport/play") { _ in .transport(.play) },
      command(.post, "/api/v1/transport/pause") { _ in .transport(.pause) },
      command(.post, "/api/v1/transport/seek") { request throws(APIError) in
        let position = try Self.read(request, ["position"]) { fields throws(SignallingError) in
          try fields.number("position", in: 0...ClientMessage.maximumPosition)
        }
        return .transport(.seek(position))
      },
    ]
  }

  /// An operator's command: answered with the state after it, or at once where the player does it on its own thread.
  private nonisolated func command(
    _ method: HTTPMethod, _ path: String, _ reading: @escaping @Sendable (APIRequest) throws(APIError) -> Command
  ) -> Route {
    Route(method, path) { [self] request in
      let author = try authorise(request)
      let command = try reading(request)
      return try await obey(command, by: author)
    }
  }

  private func obey(_ command: Command, by author: Author) throws(APIError) -> APIResponse {
    do throws(Refusal) {
      try perform(command, by: Client(.request, role: .operator), author)
    } catch {
      throw APIError(error)
    }
    switch command {
    case .playlist, .transport: return .empty(status: 202)
    case .goto, .follow, .setPreset, .removePreset: return .json(ServerMessage.json(currentState))
    }
  }

  /// The preset that a request describes.
  private static func preset(in request: APIRequest) throws(APIError) -> Preset {
    guard let number = presetNumber(in: request) else {
      throw APIError(status: 400, code: "badMessage", message: "The number of a preset is 0 to 255.")
    }
    let names = ["number", "name", "yaw", "pitch", "roll", "fov", "kind"]
    return try read(request, names) { fields throws(SignallingError) in
      guard try fields.optionalInteger("number", in: 0...255) ?? Int(number) == number else {
        throw SignallingError(.badMessage, "The field number is to be the one in the path, or left out.")
      }
      return try Preset(fields, number: number)
    }
  }

  /// The number in the path, as it is written: "7", not "07" or "+7".
  private static func presetNumber(in request: APIRequest) -> UInt8? {
    let text = request.parameters["number"] ?? ""
    return UInt8(text).flatMap { "\($0)" == text ? $0 : nil }
  }

  /// Reads the body, a JSON object of no other fields than those.
  private static func read<Value>(
    _ request: APIRequest, _ names: [String], _ body: (JSONObject) throws(SignallingError) -> Value
  ) throws(APIError) -> Value {
    do throws(SignallingError) {
      let fields = try JSONObject(parsing: request.body)
      try fields.refuseOthers(than: names)
      return try body(fields)
    } catch {
      throw APIError(status: 400, code: error.code.rawValue, message: error.message)
    }
  }

  // MARK: Health

  private nonisolated var healthRoutes: [Route] {
    [
      Route(.get, "/healthz") { [self] _ in
        let report = healthReport(isReadiness: false)
        return .json(ServerMessage.json(report), status: report.status == .failing ? 503 : 200)
      },
      Route(.get, "/readyz") { [self] _ in
        let report = healthReport(isReadiness: true)
        return .json(ServerMessage.json(report), status: report.ready ? 200 : 503)
      },
      Route(.get, "/metrics") { [self] _ in
        APIResponse(Array(metrics().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
      },
    ]
  }
}

extension APIError {
  /// What is answered to a command that was refused.
  fileprivate init(_ refusal: Refusal) {
    let (status, code) =
      switch refusal {
      case .notOperator: (401, "notOperator")
      case .unknownPreset: (404, "unknownPreset")
      case .lastPreset: (409, "badMessage")
      case .unknownItem: (404, "unknownItem")
      }
    self.init(status: status, code: code, message: refusal.sentence)
  }
}
