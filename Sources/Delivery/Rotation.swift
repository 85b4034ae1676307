/// The elements of an array, from one of them around to the one before it.
package struct Rotation<Element>: Sequence, IteratorProtocol {
  private let elements: [Element]
  private let first: UInt
  private var count: UInt = 0

  /// - Parameter first: the place of the first, counted on beyond the end.
  package init(_ elements: [Element], from first: UInt) {
    self.elements = elements
    self.first = first
  }

  package mutating func next() -> Element? {
    guard count < UInt(elements.count) else { return nil }
    defer { count += 1 }
    let size = UInt(elements.count)
    return elements[Int((first % size + count) % size)]
  }
}
