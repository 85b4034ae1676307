import HTTPTypes

/// A request as a route's handler sees it: read whole, within the limits.
public struct APIRequest: Sendable {
  public var method: HTTPMethod
  /// The path without the query, as sent.
  public var path: String
  /// What the `{names}` of the route's path matched, percent-decoded.
  public var parameters: [String: String]
  /// The query's fields, percent-decoded; of a repeated name the first.
  public var query: [String: String]
  public var body: [UInt8]
  public var remoteAddress: RemoteAddress
  let fields: HTTPFields

  /// A request that did not come over the network.
  public init(
    method: HTTPMethod, path: String, parameters: [String: String] = [:], query: [String: String] = [:],
    headers: [String: String] = [:], body: [UInt8] = [],
    remoteAddress: RemoteAddress = RemoteAddress(host: "127.0.0.1", port: 0)
  ) {
    var fields = HTTPFields()
    for (name, value) in headers { HTTPField.Name(name).map { fields[$0] = value } }
    self.init(
      method: method, path: path, parameters: parameters, query: query, body: body, remoteAddress: remoteAddress,
      fields: fields)
  }

  init(
    method: HTTPMethod, path: String, parameters: [String: String], query: [String: String], body: [UInt8],
    remoteAddress: RemoteAddress, fields: HTTPFields
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.query = query
    self.body = body
    self.remoteAddress = remoteAddress
    self.fields = fields
  }

  /// The value of a header field, its name in any case; several are joined by commas.
  public func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

  /// The media type of the body, lower case, without its parameters.
  public var contentType: String? {
    header("content-type").map { value in
      String(value.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }
  }
}
