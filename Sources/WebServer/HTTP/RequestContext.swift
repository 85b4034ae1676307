import Logging

/// What a responder knows of a request besides what was sent, and its target.
struct RequestContext: Sendable {
  let target: RequestTarget
  let remoteAddress: RemoteAddress
  let logger: Logger
}
