import SansIO

/// What an engine wants done and nobody has taken yet, in order. Its memory is kept.
struct OutputQueue<Event> {
  private var outputs: [Output<Event>] = []
  private var next = 0

  mutating func append(_ output: Output<Event>) { outputs.append(output) }

  mutating func take() -> Output<Event>? {
    guard next < outputs.count else {
      outputs.removeAll(keepingCapacity: true)
      next = 0
      return nil
    }
    next += 1
    return outputs[next - 1]
  }
}
