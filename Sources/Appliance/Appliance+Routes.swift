import Foundation
import Media
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
        offer: String(decoding: request.body, as: UTF8.self), choice: choice,
        by: Visitor(source: source(of: request.remoteAddress)))
      let session = (0..<16).map { _ in String(Int.random(in: 256..<512), radix: 16).dropFirst() }.joined()
      noteJoin(joined.id, by: .whep, Author(source: source(of: request.remoteAddress), name: ""))
      if registry[joined.id] != nil { whepSessions[session] = joined.id }
      var headers = ["Content-Type": "application/sdp", "Location": "/whep/session/\(session)"]
      if joined.preset != joined.wanted { headers["Cupola-Preset"] = "\(joined.preset); reason=encoderLimit" }
      return APIResponse(status: 201, headers: headers, body: Array(joined.answer.utf8))
    } catch {
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
    guard let session = request.parameters["session"], let id = whepSessions.removeValue(forKey: session) else {
      throw APIError(status: 404, code: "unknownSession", message: "There is no such session (any more).")
    }
    leave(id)
    return .empty(status: 200)
  }

  // MARK: REST

  private nonisolated var apiRoutes: [Route] {
    [
      Route(.get, "/api/v1/state") { [self] _ in .json(ServerMessage.json(currentState)) },
      Route(.put, "/api/v1/programme") { [self] request in
        try await putProgramme(request, by: authorise(request))
      },
      Route(.put, "/api/v1/presets/{number}") { [self] request in
        try await putPreset(request, by: authorise(request))
      },
      Route(.delete, "/api/v1/presets/{number}") { [self] request in
        try await deletePreset(request, by: authorise(request))
      },
      command("/api/v1/playlist/next") { appliance, _, author in appliance.perform(PlaylistCommand.next, by: author) },
      command("/api/v1/playlist/previous") { appliance, _, author in
        appliance.perform(PlaylistCommand.previous, by: author)
      },
      command("/api/v1/playlist/goto") { appliance, request, author in
        appliance.perform(PlaylistCommand.go(to: try appliance.place(in: request)), by: author)
      },
      command("/api/v1/transport/play") { appliance, _, author in appliance.perform(TransportCommand.play, by: author)
      },
      command("/api/v1/transport/pause") { appliance, _, author in
        appliance.perform(TransportCommand.pause, by: author)
      },
      command("/api/v1/transport/seek") { appliance, request, author in
        let position = try appliance.read(request, ["position"]) { fields throws(SignallingError) in
          try fields.number("position", in: 0...ClientMessage.maximumPosition)
        }
        appliance.perform(TransportCommand.seek(position), by: author)
      },
    ]
  }

  /// An operator's command, which shows its effect later.
  private nonisolated func command(
    _ path: String, _ body: @escaping @Sendable (isolated Appliance, APIRequest, Author) throws -> Void
  ) -> Route {
    Route(.post, path) { [self] request in
      let author = try authorise(request)
      try await body(self, request, author)
      return .empty(status: 202)
    }
  }

  /// After a change.
  private func stateResponse() -> APIResponse {
    refreshState()
    return .json(ServerMessage.json(currentState))
  }

  private func putProgramme(_ request: APIRequest, by author: Author) throws -> APIResponse {
    let preset = try read(request, ["preset"]) { fields throws(SignallingError) in try fields.presetNumber("preset") }
    guard catalogue[preset] != nil else { throw unknownPreset }
    note(.programme, "\(preset)", by: author)
    setProgramme(preset)
    return stateResponse()
  }

  private func putPreset(_ request: APIRequest, by author: Author) throws -> APIResponse {
    guard let number = presetNumber(in: request) else {
      throw APIError(status: 400, code: "badMessage", message: "The number of a preset is 0 to 255.")
    }
    let names = ["number", "name", "yaw", "pitch", "roll", "fov"]
    let preset = try read(request, names) { fields throws(SignallingError) in
      guard try fields.optionalInteger("number", in: 0...255) ?? Int(number) == number else {
        throw SignallingError(.badMessage, "The field number is to be the one in the path, or left out.")
      }
      return try PresetDescription(fields, number: number)
    }
    note(.preset, "\(number)", by: author)
    setPreset(preset)
    return stateResponse()
  }

  private func deletePreset(_ request: APIRequest, by author: Author) throws -> APIResponse {
    guard let number = presetNumber(in: request), catalogue[number] != nil else { throw unknownPreset }
    guard removePreset(number) else {
      throw APIError(status: 409, code: "badMessage", message: "The last preset cannot be removed.")
    }
    note(.preset, "none at \(number)", by: author)
    return stateResponse()
  }

  /// The place in the playlist that a request names.
  private func place(in request: APIRequest) throws(APIError) -> Int {
    let index = try read(request, ["index"]) { fields throws(SignallingError) in
      try fields.integer("index", in: 0...ClientMessage.maximumIndex)
    }
    let count = player.state.count
    guard index < count else {
      throw APIError(status: 404, code: "unknownItem", message: Self.placeIsTooFar(count))
    }
    return index
  }

  private var unknownPreset: APIError {
    APIError(status: 404, code: "unknownPreset", message: JoinError.unknownPreset.message)
  }

  /// The number in the path, as it is written: "7", not "07" or "+7".
  private func presetNumber(in request: APIRequest) -> UInt8? {
    let text = request.parameters["number"] ?? ""
    return UInt8(text).flatMap { "\($0)" == text ? $0 : nil }
  }

  /// Reads the body, a JSON object of no other fields than those.
  private func read<Value>(
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
