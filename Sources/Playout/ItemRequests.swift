import Media

/// Asks openers for items. They block on disks and networks, so they work on threads of their own; of many requests that
/// come while they are at work only the last is left.
struct ItemRequests {
  enum Request: Sendable {
    case open(from: ItemOpener.Start, wraps: Bool)
    /// Decode the first picture.
    case warmUp(OpenItem)
  }

  enum Answer: Sendable {
    case found(ItemOpener.Outcome)
    case warm(OpenItem)
  }

  private struct Waiting {
    var number: Int
    var request: Request
    var interruption: Interruption
  }

  /// One may hang on a dead disk or network while another opens what is wanted instead.
  private static let maximumAtWork = 2
  private static let retryInterval = MediaTime(seconds: 1)

  let opener: ItemOpener
  private let links: PlayerLinks
  private var number = 0
  private var atWork = 0
  /// The last request, while it waits for an opener.
  private var waiting: Waiting?
  /// When to look for a thread for an opener again.
  private(set) var retry: MediaTime?

  init(opener: ItemOpener, links: PlayerLinks) {
    self.opener = opener
    self.links = links
  }

  /// - Returns: the number that comes back with what is found.
  mutating func ask(_ request: Request, interruption: Interruption) -> Int {
    number += 1
    waiting = Waiting(number: number, request: request, interruption: interruption)
    serve()
    return number
  }

  /// Forgets the request that waits.
  mutating func cancel() { waiting = nil }

  /// So many openers are done.
  mutating func returned(_ count: Int) {
    guard count > 0 else { return }
    atWork -= count
    serve()
  }

  mutating func retry(at now: MediaTime) {
    if let retry, now >= retry { serve() }
  }

  /// Starts on the request that waits.
  private mutating func serve() {
    guard let request = waiting, atWork < Self.maximumAtWork else { return }
    let isStarted = links.environment.run { [opener, links] in
      let answer: Answer
      switch request.request {
      case .open(let start, let wraps):
        answer = .found(opener.open(from: start, wraps: wraps, interruption: request.interruption))
      case .warmUp(let open):
        opener.warmUp(open, interruption: request.interruption)
        answer = .warm(open)
      }
      links.inbox.withLock { $0.append(answer, of: request.number) }
      links.wakeup.raise()
    }
    // Short of threads, what is on stays on.
    retry = isStarted ? nil : links.clock.now + Self.retryInterval
    guard isStarted else { return }
    atWork += 1
    waiting = nil
  }
}
