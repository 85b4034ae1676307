import Hummingbird

/// Hummingbird's context of a request, with the peer's address.
struct ServerRequestContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let remoteAddress: RemoteAddress

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    remoteAddress = RemoteAddress(source.channel.remoteAddress)
  }
}
