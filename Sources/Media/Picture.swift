import Synchronization

/// A 4:2:0 picture in the processor's memory, shared and never copied on its way: whoever made it draws it, hands it on,
/// and from then on it is only read. Its memory goes back to its pool with the last reader.
// Sendable: the memory is written by the one who made the picture, before anybody else has it.
@safe public final class Picture: @unchecked Sendable {
  public let size: VideoSize
  public let layout: PlanarPicture.Layout
  public let colour: ColourDescription
  private let planes: PlanarPicture
  private let blocks: PictureBlocks
  private let block: UnsafeMutableRawPointer

  fileprivate init(
    size: VideoSize, layout: PlanarPicture.Layout, colour: ColourDescription, strides: PictureStrides,
    blocks: PictureBlocks
  ) {
    self.size = size
    self.layout = layout
    self.colour = colour
    self.blocks = blocks
    let block = unsafe blocks.take()
    unsafe self.block = block
    let cb = unsafe block + strides.luma * size.height
    let cr = unsafe layout.isSemiPlanar ? cb : cb + strides.chroma * ((size.height + 1) / 2)
    unsafe planes = PlanarPicture(
      layout: layout, size: size, luma: .init(base: block, stride: strides.luma),
      cb: .init(base: cb, stride: strides.chroma), cr: .init(base: cr, stride: strides.chroma))
  }

  deinit { unsafe blocks.giveBack(block) }

  /// Shows the picture to `body`, which must only read it, unless it has just been made and nobody else has it yet.
  ///
  /// At least 64 readable bytes follow the last sample of every plane.
  public func withPicture<Result, Failure: Error>(
    _ body: (PlanarPicture) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return unsafe try body(planes)
  }
}

/// Pictures of one size to draw into; the memory of those that are let go is used again.
///
/// It grows to as many pictures as are held at a time.
public final class PicturePool: Sendable {
  public let size: VideoSize
  public let layout: PlanarPicture.Layout
  public let colour: ColourDescription
  private let strides: PictureStrides
  private let blocks: PictureBlocks

  /// - Parameter size: 1×1 at least.
  public init(size: VideoSize, layout: PlanarPicture.Layout = .yuv420p, colour: ColourDescription = .bt709) {
    precondition(size.width > 0 && size.height > 0, "a picture has samples")
    self.size = size
    self.layout = layout
    self.colour = colour
    strides = PictureStrides(size: size, layout: layout)
    let chroma = strides.chroma * ((size.height + 1) / 2) * (layout.isSemiPlanar ? 1 : 2)
    blocks = PictureBlocks(bytes: strides.luma * size.height + chroma + PictureStrides.alignment)
  }

  /// A picture whose samples are anything: draw all of them.
  public func makePicture() -> Picture {
    Picture(size: size, layout: layout, colour: colour, strides: strides, blocks: blocks)
  }
}

/// Bytes from row to row.
private struct PictureStrides: Sendable {
  /// For aligned vector stores, and for loads that begin at the last samples of a plane.
  static let alignment = 64

  let luma: Int
  let chroma: Int

  init(size: VideoSize, layout: PlanarPicture.Layout) {
    func aligned(_ samples: Int) -> Int {
      (samples * layout.bytesPerSample + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    let chromaWidth = (size.width + 1) / 2
    luma = aligned(size.width)
    chroma = aligned(layout.isSemiPlanar ? chromaWidth * 2 : chromaWidth)
  }
}

/// Blocks of memory of one size. It lives until the last picture is gone.
// Sendable: an address is either in `free` or a picture's.
@safe private final class PictureBlocks: @unchecked Sendable {
  private let bytes: Int
  private let free = Mutex<[UInt]>([])

  init(bytes: Int) { self.bytes = bytes }

  deinit {
    for address in free.withLock({ $0 }) { unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
  }

  func take() -> UnsafeMutableRawPointer {
    let address = free.withLock { $0.popLast() }
    if let address, let block = unsafe UnsafeMutableRawPointer(bitPattern: address) { return unsafe block }
    return .allocate(byteCount: bytes, alignment: PictureStrides.alignment)
  }

  func giveBack(_ block: UnsafeMutableRawPointer) { free.withLock { $0.append(UInt(bitPattern: block)) } }
}
