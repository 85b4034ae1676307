import FFmpeg
import Foundation
import Media
import Testing

@Suite struct VideoFrameTests {
  @Test(
    arguments: [PlanarPicture.Layout.yuv420p, .yuv420p10, .nv12, .p010],
    [VideoSize(width: 33, height: 17), .init(width: 1280, height: 720)])
  func `lays planes out apart, aligned, and big enough`(layout: PlanarPicture.Layout, size: VideoSize) throws {
    let frame = try VideoFramePool(size: size, layout: layout).makeFrame()
    #expect(frame.layout == layout)
    #expect(frame.size == size)
    #expect(frame.pts == nil)
    frame.withMutablePicture { picture in
      let chroma = picture.chromaSize
      let pairs = layout.isSemiPlanar ? 2 : 1
      #expect(picture.luma.stride >= size.width * layout.bytesPerSample)
      #expect(picture.cb.stride >= chroma.width * layout.bytesPerSample * pairs)
      #expect(Int(bitPattern: picture.luma.base) % 64 == 0 && picture.luma.stride % 64 == 0)
      #expect(Int(bitPattern: picture.cb.base) % 64 == 0 && picture.cb.stride % 64 == 0)
      #expect(picture.cb.base >= picture.luma.base + picture.luma.stride * size.height)
      if layout.isSemiPlanar {
        #expect(picture.cr.base == picture.cb.base)
      } else {
        #expect(picture.cr.base >= picture.cb.base + picture.cb.stride * chroma.height)
      }
    }
  }

  @Test func `uses memory again once nobody holds it`() throws {
    let pool = try VideoFramePool(size: VideoSize(width: 64, height: 64))
    func address(_ frame: VideoFrame) -> Int { frame.withPicture { Int(bitPattern: $0.luma.base) } }
    let first = address(pool.makeFrame())
    let held = pool.makeFrame()
    #expect(address(held) == first)
    #expect(address(pool.makeFrame()) != first)
    withExtendedLifetime(held) {}
  }

  @Test func `refuses sizes without sense`() {
    for size in [VideoSize(width: 0, height: 8), .init(width: 8, height: -8), .init(width: 1 << 20, height: 8)] {
      #expect(throws: MediaError.unsupportedPicture("\(size) pixels")) { _ = try VideoFrame.make(size: size) }
    }
  }

  @Test(arguments: [
    ("yuv444p", "yuv420p"), ("yuv422p", "yuv420p"), ("gbrp", "yuv420p"), ("yuv444p10le", "yuv420p10le"),
    ("yuvj444p", "yuv420p"),
  ])
  func `converts what the projection cannot read`(format: String, expected: String) throws {
    let path = try Clip.make(
      "convert-\(format).mkv", "-f lavfi -i color=red:s=64x32:d=0.2:r=10 -vf format=\(format) -c:v ffv1")
    let frame = try #require(Decoded(path).frames.first)
    #expect(frame.layout == nil)
    var converter = PixelConverter()
    let converted = try converter.convert(frame)
    #expect(converted.pixelFormat == expected)
    #expect(converted.pts == frame.pts)
    #expect(converted.size == frame.size)
    #expect(converted.colour.matrix != 0)
    try expectRed(converted)
  }

  @Test(arguments: [
    (ColourDescription.bt709, [63, 102, 240] as [UInt8]),
    (ColourDescription(range: .full, primaries: 1, transfer: 1, matrix: 1), [54, 99, 255]),
    (ColourDescription(range: .limited, primaries: 6, transfer: 6, matrix: 6), [81, 90, 240]),
    (ColourDescription(range: .full, primaries: 6, transfer: 6, matrix: 5), [76, 85, 255]),
    (ColourDescription(range: .limited, primaries: 9, transfer: 14, matrix: 9), [74, 97, 240]),
  ])
  func `writes a PNG in true colours`(colour: ColourDescription, sample: [UInt8]) throws {
    try expectRed(.plain(sample[0], sample[1], sample[2], size: VideoSize(width: 50, height: 26), colour: colour))
  }

  /// The picture is pure red all over, as others read our PNG.
  private func expectRed(_ frame: VideoFrame) throws {
    let path = try TemporaryFolder.shared.write(PNGImage.encode(frame), to: "red-\(UUID().uuidString).png")
    let rgb = try Clip.run(
      ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
    #expect(rgb.count == frame.size.width * frame.size.height * 3)
    for (index, value) in rgb.enumerated() {
      guard abs(Int(value) - (index % 3 == 0 ? 255 : 0)) > 3 else { continue }
      Issue.record("byte \(index) is \(value)")
      break
    }
  }
}
