import ColourModels
import Media
import SansIO
import SphericalVideo
import Testing

@Suite struct ToneMapTests {
  private static func colour(
    transfer: Int32, range: ColourDescription.Range = .limited, primaries: Int32 = 9, matrix: Int32 = 9
  ) -> ColourDescription {
    ColourDescription(range: range, primaries: primaries, transfer: transfer, matrix: matrix)
  }

  /// The worst difference from the model of a picture whose blocks of two by two pixels are of one colour each.
  private static func worst(
    _ model: ToneModel, _ map: ToneMap, size: VideoSize = VideoSize(width: 512, height: 256),
    _ colour: (Int) -> (y: Int, cb: Int, cr: Int)
  ) -> Double {
    let (source, target) = (OwnedPicture(.yuv420p10, size), OwnedPicture(.yuv420p, size))
    let across = size.width / 2
    source.fill { plane, x, y in
      let colour = plane == 0 ? colour(y / 2 * across + x / 2) : colour(y * across + x)
      return [colour.y, colour.cb, colour.cr][plane]
    }
    map.apply(source.view, into: target.view)
    return model.worstDifference(of: target.view, from: source.view)
  }

  @Test(arguments: [(16, 1000.0), (16, 203), (16, 600), (16, 4000), (16, 10_000), (18, 1000)] as [(Int32, Double)])
  func `colours of the whole cube and greys are those of BT.2390, seed 21`(transfer: Int32, peak: Double) throws {
    var random = SeededGenerator(seed: 21)
    let map = ToneMap(try #require(ToneMap.Source(Self.colour(transfer: transfer), peak: peak)))
    let model = ToneModel(isHLG: transfer == 18, peak: peak)
    var cube = 0.0
    for _ in 0..<4 {
      let colours = (0..<(256 * 128)).map { _ in
        (
          y: Int.random(in: 0...1023, using: &random), cb: Int.random(in: 0...1023, using: &random),
          cr: Int.random(in: 0...1023, using: &random)
        )
      }
      cube = max(cube, Self.worst(model, map) { colours[$0] })
    }
    #expect(cube <= 3, "seed 21, transfer \(transfer), peak \(peak)")
    let grey = Self.worst(model, map) { (y: $0 % 1024, cb: 512, cr: 512) }
    #expect(grey <= 1.5, "greys, transfer \(transfer), peak \(peak)")
    // Near grey, as pictures are.
    let pale = Self.worst(model, map) {
      (y: 64 + $0 % 877, cb: 512 + $0 / 877 * 5 % 61 - 30, cr: 512 + $0 / 877 * 7 % 61 - 30)
    }
    #expect(pale <= 2, "near grey, transfer \(transfer), peak \(peak)")
    print("tone mapping, transfer \(transfer), peak \(peak): cube \(cube), greys \(grey), near grey \(pale)")
  }

  @Test func `full range, 8 bits, other matrices and other primaries are what they say, seed 22`() throws {
    var random = SeededGenerator(seed: 22)
    let colours = (0..<(256 * 128)).map { _ in
      (
        y: Int.random(in: 0...255, using: &random), cb: Int.random(in: 0...255, using: &random),
        cr: Int.random(in: 0...255, using: &random)
      )
    }
    var model = ToneModel(isHLG: false)
    model.levels = (0, 1023, 1023)
    let full = try #require(ToneMap.Source(Self.colour(transfer: 16, range: .full)))
    #expect(Self.worst(model, ToneMap(full)) { (colours[$0].y * 4 + 1, colours[$0].cb * 4, colours[$0].cr * 4) } <= 3)
    model.levels = (0, 1020, 1020)
    let eight = try #require(ToneMap.Source(Self.colour(transfer: 16, range: .full), isOf8Bits: true))
    #expect(Self.worst(model, ToneMap(eight)) { (colours[$0].y * 4, colours[$0].cb * 4, colours[$0].cr * 4) } <= 3)
    model = ToneModel(isHLG: false)
    model.weights = (0.2126, 0.0722)
    model.gamut = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    let narrow = try #require(ToneMap.Source(Self.colour(transfer: 16, primaries: 1, matrix: 1)))
    #expect(Self.worst(model, ToneMap(narrow)) { (colours[$0].y * 4, colours[$0].cb * 4, colours[$0].cr * 4) } <= 3)
  }

  @Test func `what is no HDR is not mapped`() {
    for transfer in [1, 6, 13, 14, 15] as [Int32] { #expect(ToneMap.Source(Self.colour(transfer: transfer)) == nil) }
  }

  /// 203 cd/m² is most of SDR's white, black is black, and more light never gives less.
  @Test(arguments: [16, 18] as [Int32]) func `greys rise from black to white`(transfer: Int32) throws {
    let map = ToneMap(try #require(ToneMap.Source(Self.colour(transfer: transfer))))
    let (source, target) = (
      OwnedPicture(.yuv420p10, VideoSize(width: 1024, height: 2)),
      OwnedPicture(.yuv420p, VideoSize(width: 1024, height: 2))
    )
    source.fill { plane, x, _ in plane == 0 ? x : 512 }
    map.apply(source.view, into: target.view)
    let row = (0..<1024).map { target[0, $0, 0] }
    #expect(row[0...64].allSatisfy { $0 == 16 })
    #expect(zip(row, row.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(row[940] == 235 || transfer == 16)
    #expect(row[723] == 235 || transfer == 18)
    // HDR reference white: 58 % of PQ, 75 % of HLG (BT.2408 table 1).
    #expect((205...225).contains(row[transfer == 16 ? 572 : 721]))
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func `all kernels give the same bytes on pictures of any size`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for transfer in [16, 18] as [Int32] {
      let map = ToneMap(try #require(ToneMap.Source(Self.colour(transfer: transfer))))
      let size = VideoSize(width: .random(in: 1...300, using: &random), height: .random(in: 1...40, using: &random))
      let source = OwnedPicture(.yuv420p10, size, padding: 2 * .random(in: 0...5, using: &random))
      source.fill { _, _, _ in .random(in: 0...1023, using: &random) }
      let results = ToneMap.Kernel.available.map { kernel in
        let target = OwnedPicture(.yuv420p, size, padding: 3)
        map.apply(source.view, into: target.view, kernel: kernel)
        return target
      }
      for result in results { #expect(result.hasSameBytes(as: results[0]), "seed \(seed), \(size)") }
    }
  }
}
