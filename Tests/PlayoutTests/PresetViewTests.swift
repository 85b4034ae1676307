import FFmpeg
import Media
import Playout
import SphericalVideo
import Testing
import Threads

@Suite struct PresetViewTests {
  private static let size = VideoSize(width: 160, height: 90)
  private let source = SourceView(
    region: PictureRegion(x: 0, y: 0, size: TestClips.size),
    geometry: SourceGeometry(size: TestClips.size, layout: .yuv420p, projection: Equirectangular()))

  private func frames(_ count: Int) throws -> [TimedFrame] {
    let card = try TestCardSource(size: TestClips.size, framerate: 30)
    var frames: [TimedFrame] = []
    while frames.count < count, case .frame(let frame) = card.step() {
      frames.append(TimedFrame(frame: frame.frame, time: frame.position, view: source))
    }
    return frames
  }

  private func view() -> PresetView {
    PresetView(preset: CameraPreset.defaults[0], size: Self.size, tables: RemapTableCache())
  }

  @Test func `a frame is projected once, whoever wants it`() throws {
    let view = view()
    for frame in try frames(5) {
      let one = view.picture(of: frame)
      // Shown again a second later it is the same picture still.
      var again = frame
      again.time = again.time + MediaTime(seconds: 1)
      #expect(one === view.picture(of: again))
    }
    #expect(view.projections == 5)
  }

  @Test func `another preset is another picture`() throws {
    let view = view()
    let frame = try frames(1)[0]
    let front = view.picture(of: frame)
    view.update(preset: CameraPreset.defaults[1])
    #expect(front !== view.picture(of: frame))
    #expect(view.projections == 2)
  }

  @Test(arguments: [1, 2, 3], CameraView.Kind.allCases)
  func `for a screen that hangs turned the same picture is stored turned`(quarters: Int, kind: CameraView.Kind) throws {
    let turn = PictureTurn(quarters: quarters)
    let upright = turn.turned(Self.size)
    var preset = CameraPreset.defaults[0]
    preset.view.kind = kind
    let frame = try frames(1)[0]
    let expected = PresetView(preset: preset, size: upright, tables: RemapTableCache()).picture(of: frame)
    let stored = PresetView(preset: preset, size: Self.size, turn: turn, tables: RemapTableCache()).picture(of: frame)
    func sample(_ plane: PlanarPicture.Plane, _ x: Int, _ y: Int) -> Int {
      Int((plane.base + y * plane.stride + x).load(as: UInt8.self))
    }
    var (difference, count) = (0, 0)
    expected.withPicture { expected in
      stored.withPicture { stored in
        for (a, b, size) in [
          (expected.luma, stored.luma, upright), (expected.cb, stored.cb, expected.chromaSize),
          (expected.cr, stored.cr, expected.chromaSize),
        ] {
          let storedSize = turn.turned(size)
          for y in 0..<size.height {
            for x in 0..<size.width {
              let place = turn.stored(
                x: (Double(x) + 0.5) / Double(size.width), y: (Double(y) + 0.5) / Double(size.height))
              let other = sample(b, Int(place.x * Double(storedSize.width)), Int(place.y * Double(storedSize.height)))
              difference += abs(sample(a, x, y) - other)
              count += 1
            }
          }
        }
      }
    }
    // Tables are built from another corner: the weights' last bit may differ.
    #expect(Double(difference) / Double(count) < 0.5, "\(difference) in \(count)")
  }

  @Test func `a picture stays as it is until its last reader lets it go, and its memory is used again`() throws {
    let view = view()
    let frames = try frames(4)
    func address(_ picture: Picture) -> UInt { picture.withPicture { UInt(bitPattern: $0.luma.base) } }
    func sum(_ picture: Picture) -> Int {
      picture.withPicture { planes in
        (0..<planes.size.height * planes.luma.stride).reduce(0) {
          $0 &* 31 &+ Int(planes.luma.base.load(fromByteOffset: $1, as: UInt8.self))
        }
      }
    }
    var held: Picture? = view.picture(of: frames[0])
    let (first, before) = (held.map(address), held.map(sum))
    let second = address(view.picture(of: frames[1]))
    #expect(second != first)
    #expect(held.map(sum) == before)
    held = nil
    let others = [2, 3].map { address(view.picture(of: frames[$0])) }
    #expect(Set(others).isSubset(of: [first, second]))
  }

  /// Two channels of one preset, one codec each, as two browsers have them.
  @Test func `viewers of one preset in H.264 and VP8 cost one projection a frame`() throws {
    let clock = VirtualClock()
    let programme = CurrentFrame(clock: clock)
    let view = view()
    let encoded = Monitor([VideoCodec: Int]())
    let channels = VideoCodec.allCases.map { codec in
      PresetChannel(view: view, rendition: Rendition(codec: codec, size: Self.size, bitrate: 500_000)) { frame in
        encoded.update { $0[frame.codec, default: 0] += 1 }
      }
    }
    defer {
      clock.release()
      for channel in channels { channel.close() }
    }
    for channel in channels {
      channel.attached(to: programme)
      channel.wake()
    }
    for (number, frame) in try frames(6).enumerated() {
      programme.set(frame)
      for channel in channels { channel.offer(frame) }
      let isDone = encoded.wait(until: deadline()) {
        $0.count == 2 && $0.values.allSatisfy { $0 > number } ? true : nil
      }
      #expect(isDone == true)
    }
    #expect(view.projections == 6)
  }
}
