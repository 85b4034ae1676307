/// Names a connection within the process.
public struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
  public var number: UInt64

  public init(_ number: UInt64) { self.number = number }

  public var description: String { "\(number)" }
}
