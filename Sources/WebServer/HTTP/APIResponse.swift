/// What a route's handler answers.
public struct APIResponse: Sendable {
  public var status: Int
  /// Header fields by name. A name or value that HTTP does not allow is left out.
  public var headers: [String: String]
  public var body: [UInt8]

  public init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A body of the given media type.
  public init(status: Int = 200, _ body: [UInt8], contentType: String) {
    self.init(status: status, headers: ["Content-Type": contentType], body: body)
  }

  /// JSON that is encoded already.
  public static func json(_ body: [UInt8], status: Int = 200) -> APIResponse {
    APIResponse(status: status, body, contentType: "application/json")
  }

  public static func text(_ text: String, status: Int = 200) -> APIResponse {
    APIResponse(status: status, Array(text.utf8), contentType: "text/plain; charset=utf-8")
  }

  public static func empty(status: Int = 204) -> APIResponse { APIResponse(status: status) }
}

/// An error that a handler throws: it is answered as `{"error":{"code":…,"message":…}}`.
public struct APIError: Error, Hashable, Sendable {
  public var status: Int
  /// A word for programs, such as `unknownPreset`.
  public var code: String
  /// A sentence for people.
  public var message: String
  public var headers: [String: String]

  public init(status: Int, code: String, message: String, headers: [String: String] = [:]) {
    self.status = status
    self.code = code
    self.message = message
    self.headers = headers
  }

  public var response: APIResponse {
    var response = APIResponse.json(
      Array("{\"error\":{\"code\":\(jsonString(code)),\"message\":\(jsonString(message))}}".utf8), status: status)
    response.headers.merge(headers) { _, own in own }
    return response
  }
}

/// A JSON string literal (RFC 8259, section 7).
func jsonString(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\n": literal += "\\n"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
