/// Names a coded stream. The protocol tower compares it and gives it back; what it stands for, its maker knows.
public struct StreamID: Hashable, Sendable {
  public var number: UInt32

  public init(_ number: UInt32) { self.number = number }
}
