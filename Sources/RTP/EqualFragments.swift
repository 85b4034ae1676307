/// How a payload is cut into fragments of equal length, of which only the last may be shorter: so UDP_SEGMENT can
/// send them in one call.
struct EqualFragments {
  let count: Int
  let length: Int

  /// Cuts `total` (> 0) bytes into the fewest fragments of at most `maximum`.
  init(of total: Int, maximum: Int) {
    count = (total + maximum - 1) / maximum
    length = (total + count - 1) / count
  }
}
