import Display
import Foundation
import Media

/// What a picture on the screen costs beyond its projection, into ordinary memory (a card's is written at its own pace), and
/// what drawing a slate takes.
enum ScreenBench {
  private static let pictures = 300

  static func run() -> [BenchRow] {
    let sizes = [VideoSize(width: 1920, height: 1080), VideoSize(width: 3840, height: 2160)]
    return sizes.map { size in
      let (best, portable) = (milliseconds(size, .best), milliseconds(size, .portable))
      let reach = 1.5 * Double(size.width * size.height) / (1920 * 1080)
      return BenchRow(
        name: "a picture on the screen, \(size), CPU beyond its projection", figure: "\(best.text(2)) ms",
        peer: "without AVX2 \(portable.text(2)) ms", reach: "≤ \(reach.text(1)) ms", isReached: best <= reach)
    }
      + sizes.map { size in
        let times = (0..<5).map { _ in
          let begin = ProcessorTime.ofThisThread
          let slate = Slate(
            name: "Cupola", sentence: "There is nothing to play.", addresses: ["http://192.168.178.45:8080/"])
          _ = slate.drawing(size)
          return (ProcessorTime.ofThisThread - begin) * 1000
        }
        return BenchRow(
          name: "a slate, \(size)", figure: "\(times.median.text(0)) ms", peer: "", reach: "", isReached: nil)
      }
  }

  /// The median of the processor's time for a picture, three buffers in turn, as a screen has them.
  private static func milliseconds(_ size: VideoSize, _ kernel: ScanoutConversion.Kernel) -> Double {
    let pool = PicturePool(size: size)
    let pictures = (0..<3).map { number in
      let picture = pool.makePicture()
      picture.withPicture { planes in
        for (plane, rows) in [(planes.luma, size.height), (planes.cb, size.height / 2), (planes.cr, size.height / 2)] {
          for i in 0..<rows * plane.stride {
            plane.base.storeBytes(of: UInt8(truncatingIfNeeded: i * 7 + number), toByteOffset: i, as: UInt8.self)
          }
        }
      }
      return picture
    }
    let bytes = size.width * 4 * size.height
    let buffers = (0..<3).map { _ in UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096) }
    defer { for buffer in buffers { buffer.deallocate() } }
    let conversion = ScanoutConversion(.bt709)
    let times = (0..<Self.pictures).map { i in
      let begin = ProcessorTime.ofThisThread
      pictures[i % 3].withPicture {
        conversion.write(
          $0, into: PixelMemory(base: buffers[i % 3], stride: size.width * 4, size: size), kernel: kernel)
      }
      return (ProcessorTime.ofThisThread - begin) * 1000
    }
    return times.dropFirst(10).sorted()[(Self.pictures - 10) / 2]
  }
}
