import Foundation
import Media
import SansIO
import Signalling
import WebServer

/// HTTP: WHEP, the REST form of the messages, health.
extension Appliance {
  /// What the web server answers besides files.
  public nonisolated var routes: [Route] {
    whepRoutes + apiRoutes + healthRoutes
  }

  // MARK: WHEP (RFC 9725's sibling, draft-ietf-wish-whep)

  private nonisolated var whepRoutes: [Route] {
    let isOpen = configuration.server.crossOrigin
    return [
      Route(.post, "/whep/{preset}", allowsOtherOrigins: isOpen) { [self] in try await whepJoin($0) },
      Route(.delete, "/whep/session/{session}", allowsOtherOrigins: isOpen) { [self] in try await whepLeave($0) },
      Route(.patch, "/whep/session/{session}", allowsOtherOrigins: isOpen) { _ in
        // ICE-lite: there is nothing to trickle to us, and a restart is a new session.
        throw APIError(status: 405, code: "notSupported", message: "Trickle ICE and ICE restarts are not supported.")
      },
    ]
  }

  private func whepJoin(_ request: APIRequest) async throws -> APIResponse {
    guard request.contentType == "application/sdp" else {
      throw APIError(status: 415, code: "badOffer", message: "The offer is sent as application/sdp.")
    }
    let name = request.parameters["preset"] ?? ""
    let choice: Choice
    if name == "programme" {
      choice = .programme
    } else if let preset = catalogue.find(name) {
      choice = .preset(preset.number)
    } else {
      throw APIError(status: 404, code: "unknownPreset", message: "There is no preset \"\(name)\".")
    }
    do throws(JoinError) {
      let joined = try await join(
        offer: String(decoding: request.body, as: UTF8.self), choice: choice, control: nil)
      let session = (0..<16).map { _ in String(Int.random(in: 256..<512), radix: 16).dropFirst() }.joined()
      if registry[joined.id] != nil { whepSessions[session] = joined.id }
      return APIResponse(
        status: 201, headers: ["Content-Type": "application/sdp", "Location": "/whep/session/\(session)"],
        body: Array(joined.answer.utf8))
    } catch {
      let status =
        switch error {
        case .viewerLimit, .unavailable: 503
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
    guard let session = request.parameters["session"], let id = whepSessions.removeValue(forKey: session) else {
      throw APIError(status: 404, code: "unknownSession", message: "There is no such session (any more).")
    }
    leave(id)
    return .empty(status: 200)
  }

  // MARK: REST

  private nonisolated var apiRoutes: [Route] {
    [
      Route(.get, "/api/v1/state") { [self] _ in await stateResponse() },
      Route(.put, "/api/v1/programme") { [self] request in
        try authorise(request)
        return try await putProgramme(request)
      },
      Route(.put, "/api/v1/presets/{number}") { [self] request in
        try authorise(request)
        return try await putPreset(request)
      },
      Route(.delete, "/api/v1/presets/{number}") { [self] request in
        try authorise(request)
        return try await deletePreset(request)
      },
      Route(.post, "/api/v1/playlist/{command}") { [self] request in
        try authorise(request)
        return try await commandPlaylist(request)
      },
      Route(.post, "/api/v1/transport/{command}") { [self] request in
        try authorise(request)
        return try await commandTransport(request)
      },
    ]
  }

  /// Whoever changes what others see needs the operator PIN: `Authorization: Bearer 123456`.
  private nonisolated func authorise(_ request: APIRequest) throws {
    let field = request.header("authorization") ?? ""
    let pin = field.hasPrefix("Bearer ") ? String(field.dropFirst(7)) : ""
    let challenge = ["WWW-Authenticate": "Bearer realm=\"cupola\""]
    guard !pin.isEmpty else {
      throw APIError(status: 401, code: "notOperator", message: "This needs the operator PIN.", headers: challenge)
    }
    switch pinGuard.check(pin, from: request.remoteAddress.pinSource, at: MonotonicTime.now) {
    case .right: return
    case .wrong: throw APIError(status: 401, code: "wrongPin", message: "The PIN is wrong.", headers: challenge)
    case .tooMany:
      throw APIError(
        status: 429, code: "rateLimited", message: "Too many PINs were wrong: wait a minute.",
        headers: ["Retry-After": "60"])
    }
  }

  private func stateResponse() -> APIResponse {
    refreshState()
    return .json(ServerMessage.json(currentState))
  }

  private func putProgramme(_ request: APIRequest) throws -> APIResponse {
    struct Body: Decodable { var preset: UInt8 }
    let preset = try decode(Body.self, from: request).preset
    guard catalogue[preset] != nil else { throw unknownPreset }
    setProgramme(preset)
    return stateResponse()
  }

  private func putPreset(_ request: APIRequest) throws -> APIResponse {
    /// The number is the one in the path.
    struct Body: Decodable {
      var name: String
      var yaw, pitch, roll, fov: Double
    }
    let body = try decode(Body.self, from: request)
    guard let number = UInt8(request.parameters["number"] ?? "") else { throw unknownPreset }
    let preset = PresetDescription(
      number: number, name: body.name, yaw: body.yaw, pitch: body.pitch, roll: body.roll, fov: body.fov)
    do throws(SignallingError) {
      setPreset(try preset.validated())
    } catch {
      throw APIError(status: 400, code: error.code.rawValue, message: error.message)
    }
    return stateResponse()
  }

  private func deletePreset(_ request: APIRequest) throws -> APIResponse {
    guard let number = UInt8(request.parameters["number"] ?? ""), catalogue[number] != nil else { throw unknownPreset }
    guard removePreset(number) else {
      throw APIError(status: 409, code: "badMessage", message: "The last preset cannot be removed.")
    }
    return stateResponse()
  }

  private func commandPlaylist(_ request: APIRequest) throws -> APIResponse {
    struct Body: Decodable { var index: Int }
    switch request.parameters["command"] {
    case "next": perform(PlaylistCommand.next)
    case "previous": perform(PlaylistCommand.previous)
    case "goto": perform(PlaylistCommand.go(to: try decode(Body.self, from: request).index))
    default: throw unknownCommand
    }
    return .empty(status: 202)
  }

  private func commandTransport(_ request: APIRequest) throws -> APIResponse {
    struct Body: Decodable { var position: Double }
    switch request.parameters["command"] {
    case "play": perform(TransportCommand.play)
    case "pause": perform(TransportCommand.pause)
    case "seek":
      let position = try decode(Body.self, from: request).position
      guard position >= 0 else {
        throw APIError(status: 400, code: "badMessage", message: "The position is a number of seconds from 0.")
      }
      perform(TransportCommand.seek(position))
    default: throw unknownCommand
    }
    return .empty(status: 202)
  }

  private var unknownPreset: APIError {
    APIError(status: 404, code: "unknownPreset", message: JoinError.unknownPreset.message)
  }

  private var unknownCommand: APIError {
    APIError(status: 404, code: "unknownType", message: "There is no such command.")
  }

  private func decode<Body: Decodable>(_ type: Body.Type, from request: APIRequest) throws -> Body {
    do {
      return try JSONDecoder().decode(type, from: Data(request.body))
    } catch {
      throw APIError(status: 400, code: "badMessage", message: "The body is not the JSON that this needs.")
    }
  }

  // MARK: Health

  private nonisolated var healthRoutes: [Route] {
    [
      Route(.get, "/healthz") { [self] _ in
        let report = await healthReport(isReadiness: false)
        return .json(ServerMessage.json(report), status: report.status == .failing ? 503 : 200)
      },
      Route(.get, "/readyz") { [self] _ in
        let report = await healthReport(isReadiness: true)
        return .json(ServerMessage.json(report), status: report.ready ? 200 : 503)
      },
      Route(.get, "/metrics") { [self] _ in
        APIResponse(Array(await metrics().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
      },
    ]
  }
}
