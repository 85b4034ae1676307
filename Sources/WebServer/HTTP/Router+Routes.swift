import Hummingbird

extension Router where Context == ServerRequestContext {
  /// Adds the routes, those of one path together.
  func add(_ routes: [Route], maximumBody: Int) {
    for (path, routes) in Dictionary(grouping: routes, by: \.path) {
      let responder = PathResponder(routes: routes, maximumBody: maximumBody)
      for method in HTTPMethod.allCases {
        on(RouterPath(path), method: .init(method.rawValue)!, responder: responder)
      }
    }
  }
}
