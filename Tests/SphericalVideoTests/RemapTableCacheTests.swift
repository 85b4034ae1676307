import Foundation
import Media
import SphericalVideo
import Synchronization
import Testing

@Suite struct RemapTableCacheTests {
  private static let output = VideoSize(width: 32, height: 16)

  private static func geometry(_ projection: any Projection = Equirectangular()) -> SourceGeometry {
    SourceGeometry(size: VideoSize(width: 64, height: 32), layout: .yuv420p, projection: projection)
  }

  @Test func `a table is built once, and the one used longest ago is dropped first`() {
    let cache = RemapTableCache(capacity: 2)
    let presets = CameraPreset.defaults
    func table(_ i: Int) -> RemapTable { cache.table(from: Self.geometry(), to: Self.output, view: presets[i].view) }
    let first = table(0)
    _ = table(1)
    #expect(table(0) === first)
    #expect(cache.builds == 2)
    _ = table(2)
    #expect(cache.count == 2)
    #expect(table(0) === first)
    #expect(cache.builds == 3)
    _ = table(1)
    #expect(cache.builds == 4)
  }

  @Test func `large tables are fewer, and one is kept whatever it takes`() {
    let bytes = Self.output.width * Self.output.height * 12
    let cache = RemapTableCache(capacity: 16, bytes: 3 * bytes)
    for preset in CameraPreset.defaults { _ = cache.table(from: Self.geometry(), to: Self.output, view: preset.view) }
    #expect(cache.count == 3 && cache.bytesHeld == 3 * bytes)
    let large = VideoSize(width: 64, height: 64)
    let table = cache.table(from: Self.geometry(), to: large, view: CameraPreset.defaults[0].view)
    #expect(cache.count == 1 && cache.bytesHeld == 64 * 64 * 12)
    #expect(cache.table(from: Self.geometry(), to: large, view: CameraPreset.defaults[0].view) === table)
  }

  @Test func `sizes and projections have tables of their own, layouts have not`() {
    let cache = RemapTableCache()
    let preset = CameraPreset.defaults[0]
    var geometry = Self.geometry()
    let table = cache.table(from: geometry, to: Self.output, view: preset.view)
    geometry.layout = .p010
    #expect(cache.table(from: geometry, to: Self.output, view: preset.view) === table)
    geometry.size.width = 128
    #expect(cache.table(from: geometry, to: Self.output, view: preset.view) !== table)
    let posed = Self.geometry(Posed(Equirectangular(), by: .pose(yaw: 90, pitch: 0, roll: 0)))
    #expect(cache.table(from: posed, to: Self.output, view: preset.view) !== table)
    #expect(cache.table(from: Self.geometry(), to: VideoSize(width: 16, height: 16), view: preset.view) !== table)
  }

  @Test func `threads that want the same table get one`() {
    let cache = RemapTableCache()
    let seen = Mutex<Set<ObjectIdentifier>>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let table = cache.table(from: Self.geometry(), to: Self.output, view: CameraPreset.defaults[3].view)
      seen.withLock { _ = $0.insert(ObjectIdentifier(table)) }
    }
    #expect(seen.withLock(\.count) == 1)
    #expect(cache.builds == 1)
  }

  /// Its first point waits until the other one's builder is at work, too.
  private struct Meeting: Projection {
    let name: String
    let mine: DispatchSemaphore
    let other: DispatchSemaphore
    let met: DispatchSemaphore

    func direction(of point: ImagePoint, on face: Int) -> Vector3? { nil }

    func place(towards direction: Vector3) -> ImagePlace? {
      mine.signal()
      if other.wait(timeout: .now() + 10) == .success {
        met.signal()
        other.signal()
      }
      return nil
    }

    static func == (lhs: Self, rhs: Self) -> Bool { lhs.name == rhs.name }
    func hash(into hasher: inout Hasher) { hasher.combine(name) }
  }

  @Test(.timeLimit(.minutes(1))) func `different tables are built at the same time`() {
    let cache = RemapTableCache()
    let (a, b, met) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let projections = [
      Meeting(name: "a", mine: a, other: b, met: met), Meeting(name: "b", mine: b, other: a, met: met),
    ]
    let threads = projections.map { projection in
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        _ = cache.table(
          from: SourceGeometry(size: VideoSize(width: 2, height: 2), layout: .yuv420p, projection: projection),
          to: VideoSize(width: 1, height: 1), view: CameraPreset.defaults[0].view)
        done.signal()
      }
      return done
    }
    for thread in threads { thread.wait() }
    #expect(met.wait(timeout: .now()) == .success)
    #expect(cache.builds == 2)
  }
}
