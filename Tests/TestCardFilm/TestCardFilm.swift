import Foundation
import Media
import SphericalVideo

/// The product's own test card, picture by picture, for coders of other people; and how to read its numbers.
public enum TestCardFilm {
  /// Writes pictures with these numbers, raw 8-bit 4:2:0 without padding.
  public static func write(_ numbers: Range<Int>, size: VideoSize, to file: FileHandle) throws {
    let card = PanoramaTestCard(size: size)
    let chroma = VideoSize(width: size.width / 2, height: size.height / 2)
    let (lumaBytes, chromaBytes) = (size.width * size.height, chroma.width * chroma.height)
    var picture = [UInt8](repeating: 0, count: lumaBytes + 2 * chromaBytes)
    for number in numbers {
      picture.withUnsafeMutableBytes { bytes in
        let base = bytes.baseAddress!
        let planes = PlanarPicture(
          layout: .yuv420p, size: size, luma: .init(base: base, stride: size.width),
          cb: .init(base: base + lumaBytes, stride: chroma.width),
          cr: .init(base: base + lumaBytes + chromaBytes, stride: chroma.width))
        if number == numbers.lowerBound { card.drawBase(into: planes) }
        card.drawFrameNumber(number, into: planes)
      }
      try file.write(contentsOf: picture)
    }
  }

  /// What the bars say in a view straight at a face, 90° wide; nil where they cannot be read.
  ///
  /// - Parameters:
  ///   - side: of a view that is as high as wide, in samples; of a lower one its width.
  ///   - luma: at a column and a row of that square view.
  public static func number(side: Int, luma: (_ column: Int, _ row: Int) -> Int) -> Int? {
    // 960 units of a face's width: twenty cells of 18, from 300 on.
    let cells = (0..<20).map { cell in
      let column = (300 + 18 * cell + 9) * side / 960
      return [560, 570, 580].reduce(0) { $0 + luma(column, $1 * side / 960) } / 3 > 110
    }
    let bits = cells[2..<18]
    let parity = bits.reduce(false) { $0 != $1 }
    guard cells[0], !cells[1], cells[19], cells[18] == parity else { return nil }
    return bits.reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
  }
}
