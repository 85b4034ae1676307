import Foundation
import Persistence
import SansIO
import Testing

@Suite struct SavedStateTests {
  private var state: SavedState {
    var state = SavedState()
    state.item = "/media/Strand \"1\".mp4"
    state.index = 3
    state.position = 12.345
    state.programme = 2
    state.starts = 7
    return state
  }

  @Test func `what was written is read again`() throws {
    #expect(try SavedState(text: state.text) == state)
    #expect(try SavedState(text: SavedState().text) == SavedState())
  }

  @Test func `a file that is cut off anywhere is noticed`() {
    let bytes = Array(state.text.utf8)
    for length in 0..<bytes.count {
      #expect(throws: SavedState.Damage.self) {
        try SavedState(text: String(decoding: bytes[..<length], as: UTF8.self))
      }
    }
  }

  @Test func `a file with any bit of any byte changed is noticed`() {
    let bytes = Array(state.text.utf8)
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        #expect(throws: SavedState.Damage.self, "byte \(index), bit \(bit)") {
          try SavedState(text: String(decoding: damaged, as: UTF8.self))
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8] as [UInt64])
  func `random bytes are no state`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    print("seed \(seed)")
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(throws: SavedState.Damage.self) { try SavedState(text: String(decoding: bytes, as: UTF8.self)) }
    }
  }

  @Test func `another version says so`() {
    let text = state.text.replacingOccurrences(of: "cupola-state 1 ", with: "cupola-state 2 ")
    #expect(throws: SavedState.Damage.otherVersion("2")) { try SavedState(text: text) }
    #expect(throws: SavedState.Damage.empty) { try SavedState(text: "") }
  }

  @Test func `playback goes on where it was, also after it was killed`() {
    let next = state.started()
    #expect(next.item == state.item && next.index == 3 && next.position == 12.345)
    #expect(next.starts == 8 && next.uncleanStarts == 1)
    var clean = state
    clean.isClean = true
    #expect(clean.started().uncleanStarts == 0)
    #expect(SavedState().started().item == nil)
  }

  @Test func `pulling the plug is nobody's fault`() {
    var state = state
    for _ in 0..<20 { state = state.started() }
    #expect(state.position == 12.345 && state.uncleanStarts == 20)
  }
}
