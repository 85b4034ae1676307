import Media
import Playout
import Testing

@Suite struct ItemOpenerTests {
  private static let playlist = Playlist(
    items: ["a", "b", "c", "d"].map { PlaylistItem(name: $0, url: MediaLocation($0)) })

  private func order(_ start: ItemOpener.Start, wraps: Bool = true) -> [Int] {
    ItemOpener.order(of: Self.playlist, from: start, wraps: wraps)
  }

  private func item(_ url: String) -> PlaylistItem { PlaylistItem(name: url, url: MediaLocation(url)) }

  @Test func `looks forward round the ring, ending with the item itself`() {
    #expect(order(.first) == [0, 1, 2, 3])
    #expect(order(.after(item("b"), index: 1)) == [2, 3, 0, 1])
    #expect(order(.after(item("d"), index: 3)) == [0, 1, 2, 3])
    #expect(order(.after(item("c"), index: 2), wraps: false) == [3])
    #expect(order(.after(item("d"), index: 3), wraps: false) == [])
  }

  @Test func `looks back round the ring`() {
    #expect(order(.before(item("c"), index: 2)) == [1, 0, 3, 2])
    #expect(order(.before(item("a"), index: 0)) == [3, 2, 1, 0])
    #expect(order(.before(item("a"), index: 0), wraps: false) == [])
  }

  @Test func `an item that moved is found, and one that is gone has left its place`() {
    #expect(order(.after(item("d"), index: 0)) == [0, 1, 2, 3])
    #expect(order(.after(item("gone"), index: 2)) == [2, 3, 0, 1])
    #expect(order(.after(item("gone"), index: 99)) == [0, 1, 2, 3])
  }

  @Test func `an index is tried first, and one out of range is nothing`() {
    #expect(order(.index(2)) == [2, 3, 0, 1])
    #expect(order(.index(2), wraps: false) == [2, 3])
    #expect(order(.index(4)) == [])
    #expect(order(.index(-1)) == [])
  }
}
