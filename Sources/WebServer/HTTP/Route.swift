/// A request's method (RFC 9110, section 9), those that this server answers.
public enum HTTPMethod: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"

  /// Whether a request only reads (RFC 9110, section 9.2.1).
  var isSafe: Bool { self == .get || self == .head || self == .options }
}

/// What answers one method on one path.
///
/// HEAD is derived from GET, OPTIONS from the methods that the path has, and any other method, known or not, gets 405.
public struct Route: Sendable {
  public typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

  public var method: HTTPMethod
  /// Components apart by slashes; `{name}` matches one component and hands it to the handler: `/whep/{preset}`.
  public var path: String
  /// Lets pages of other origins call this route and read its answer (CORS). Where it is off, a request that changes
  /// something and carries a foreign `Origin` is refused with 403.
  public var allowsOtherOrigins: Bool
  public var handler: Handler

  public init(
    _ method: HTTPMethod, _ path: String, allowsOtherOrigins: Bool = false, handler: @escaping Handler
  ) {
    precondition(path.hasPrefix("/"), "a route's path starts with a slash")
    self.method = method
    self.path = path
    self.allowsOtherOrigins = allowsOtherOrigins
    self.handler = handler
  }
}
