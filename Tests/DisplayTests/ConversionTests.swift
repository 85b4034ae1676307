import Display
import Media
import SansIO
import Testing

@Suite struct ConversionTests {
  private static let kernels: [ScanoutConversion.Kernel] =
    ScanoutConversion.Kernel.best == .avx2 ? [.portable, .avx2] : [.portable]

  /// Memory with a margin that must stay as it is.
  private func pixels(
    of picture: Picture, kernel: ScanoutConversion.Kernel, padding: Int = 0, offset: Int = 0
  ) -> [UInt32] {
    let stride = picture.size.width + padding
    var memory = [UInt32](repeating: 0xAAAA_AAAA, count: stride * picture.size.height + offset + 64)
    memory.withUnsafeMutableBytes { memory in
      picture.withPicture {
        ScanoutConversion(picture.colour).write(
          $0, into: PixelMemory(base: memory.baseAddress! + offset * 4, stride: stride * 4, size: picture.size),
          kernel: kernel)
      }
    }
    for y in 0..<picture.size.height {
      let margin = offset + y * stride + picture.size.width..<offset + (y + 1) * stride
      #expect(memory[margin].allSatisfy { $0 == 0xAAAA_AAAA })
    }
    #expect(memory[..<offset].allSatisfy { $0 == 0xAAAA_AAAA } && memory.suffix(64).allSatisfy { $0 == 0xAAAA_AAAA })
    return (0..<picture.size.height).flatMap { y in
      memory[(offset + y * stride)..<(offset + y * stride + picture.size.width)]
    }
  }

  private func random(_ size: VideoSize, _ colour: ColourDescription, seed: UInt64) -> Picture {
    var random = SeededGenerator(seed: seed)
    let picture = PicturePool(size: size, colour: colour).makePicture()
    picture.withPicture { planes in
      func fill(_ plane: PlanarPicture.Plane, _ size: VideoSize) {
        for y in 0..<size.height {
          for x in 0..<size.width { (plane.base + y * plane.stride + x).storeBytes(of: random.next8(), as: UInt8.self) }
        }
      }
      fill(planes.luma, planes.size)
      fill(planes.cb, planes.chromaSize)
      fill(planes.cr, planes.chromaSize)
    }
    return picture
  }

  @Test(arguments: [ColourDescription.Range.limited, .full], [Int32(1), 2, 5, 6, 7, 4, 9])
  func `colours are those of the formula, within one level, for every sample`(
    range: ColourDescription.Range, matrix: Int32
  ) {
    let colour = ColourDescription(range: range, primaries: 1, transfer: 1, matrix: matrix)
    let (kr, kb): (Double, Double) =
      [
        1: (0.2126, 0.0722), 2: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114),
        7: (0.212, 0.087),
        9: (0.2627, 0.0593),
      ][matrix]!
    let picture = random(VideoSize(width: 1000, height: 400), colour, seed: UInt64(matrix))
    let pixels = pixels(of: picture, kernel: .best)
    var worst = 0.0
    picture.withPicture { planes in
      for y in 0..<400 {
        for x in 0..<1000 {
          func sample(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Double {
            Double((plane.base + y * plane.stride + x).load(as: UInt8.self))
          }
          let full = range == .full
          let luma = full ? sample(planes.luma, x, y) / 255 : (sample(planes.luma, x, y) - 16) / 219
          let cb = (sample(planes.cb, x / 2, y / 2) - 128) / (full ? 255 : 224)
          let cr = (sample(planes.cr, x / 2, y / 2) - 128) / (full ? 255 : 224)
          let red = luma + 2 * (1 - kr) * cr
          let blue = luma + 2 * (1 - kb) * cb
          let green = (luma - kr * red - kb * blue) / (1 - kr - kb)
          let pixel = pixels[y * 1000 + x]
          for (value, shift) in [(red, 16), (green, 8), (blue, 0)] as [(Double, UInt32)] {
            let exact = max(0, min(255, value * 255))
            worst = max(worst, abs(exact - Double(pixel >> shift & 255)))
          }
        }
      }
    }
    #expect(worst <= 1, "\(worst)")
  }

  @Test func `black is black, white is white, and grey is grey`() {
    for (range, values) in [
      (ColourDescription.Range.limited, [(16, 0), (235, 255), (0, 0), (255, 255)]),
      (.full, [(0, 0), (255, 255), (128, 128)]),
    ] {
      var colour = ColourDescription.bt709
      colour.range = range
      for (luma, level) in values {
        let picture = PicturePool(size: VideoSize(width: 70, height: 2), colour: colour).makePicture()
        picture.withPicture { planes in
          for y in 0..<2 {
            (planes.luma.base + y * planes.luma.stride).initializeMemory(
              as: UInt8.self, repeating: UInt8(luma), count: 70)
          }
          for plane in [planes.cb, planes.cr] { plane.base.initializeMemory(as: UInt8.self, repeating: 128, count: 35) }
        }
        for kernel in Self.kernels {
          #expect(Set(pixels(of: picture, kernel: kernel)) == [UInt32(level) * 0x10101], "\(range) \(luma)")
        }
      }
    }
  }

  @Test func `every kernel gives the same bytes, at every width, alignment and stride, and writes nothing else`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for width in Array(1...70) + [127, 1366] {
      let size = VideoSize(width: width, height: Int.random(in: 1...5, using: &random))
      let picture = self.random(size, .bt709, seed: random.next())
      let padding = Int.random(in: 0...20, using: &random)
      let offset = Int.random(in: 0...9, using: &random)
      let all = Self.kernels.map { pixels(of: picture, kernel: $0, padding: padding, offset: offset) }
      #expect(all.allSatisfy { $0 == all[0] }, "\(width)")
    }
  }
}

extension SeededGenerator {
  mutating func next8() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}
