import Logging

/// What a responder knows of a request besides what was sent.
struct RequestContext: Sendable {
  let remoteAddress: RemoteAddress
  let logger: Logger
}
