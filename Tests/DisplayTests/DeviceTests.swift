import Clocks
import Display
import Foundation
import Media
import Testing
import Threads

/// The real device, as far as a machine without a card has it, and the display's own thread.
@Suite struct DeviceTests {
  @Test func `without a card, and with files that are none, there is none`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cards-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let device = KMSDevice(wakeup: DisplayWakeup(), folder: folder.path(percentEncoded: false))
    #expect(throws: DeviceError.noCard) { try device.open() }
    try Data("no card".utf8).write(to: folder.appending(path: "card0"))
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "card1"), withDestinationURL: URL(filePath: "/dev/null"))
    #expect(throws: DeviceError.noCard) { try device.open() }
    // And whatever it is asked then, it says so.
    let buffer = ScanoutBuffer(id: 1, size: VideoSize(width: 640, height: 480))
    #expect(throws: DeviceError.noCard) { try device.connectors(probing: true) }
    #expect(throws: DeviceError.noCard) { try device.makeBuffer(buffer.size) }
    #expect(throws: DeviceError.noCard) { try device.setMode(.test(640, 480, 60), on: 1, showing: buffer) }
    #expect(throws: DeviceError.noCard) { try device.flip(to: buffer, serial: 1) }
    try device.disable()
    try device.switchOff()
    device.withPixels(of: buffer) { _ in Issue.record("there is no such buffer") }
    device.destroy(buffer)
    device.close()
  }

  @Test func `a wait ends when it is woken, also before it began, and at its deadline`() {
    let wakeup = DisplayWakeup()
    let device = KMSDevice(wakeup: wakeup, folder: "/nowhere")
    wakeup.raise()
    wakeup.raise()
    #expect(device.wait(until: nil).contains(.woken))
    let deadline = device.now + 1_000_000
    while device.now < deadline { #expect(!device.wait(until: deadline).contains(.woken)) }
    #expect(device.wait(until: .min) == [])
  }

  @Test func `a display without a card says so on its thread, takes what it is given, and ends when it is closed`() {
    let told = Monitor<[DisplayEvent]>([])
    let display = Display(
      DisplayConfiguration(), device: { KMSDevice(wakeup: $0, folder: "/nowhere") },
      events: { event in told.update { $0.append(event) } })
    #expect(display.report.reason == .notStarted)
    #expect(display.start() && display.start())
    #expect(
      told.wait(until: MonotonicTime.now + 10_000_000_000) { $0.isEmpty ? nil : $0 } == [.rests(.noCard(.noCard))])
    let sink = display.makeSink { $0.nanoseconds }
    let pool = PicturePool(size: VideoSize(width: 64, height: 32))
    for time in 0..<100 {
      #expect(
        (try? sink.take(pool.makePicture(), time: MediaTime(nanoseconds: Int64(time)), isEntryPoint: false))?
          .isEntryPoint == true)
      sink.present()
    }
    sink.release()
    let other = PicturePool(size: VideoSize(width: 64, height: 32), layout: .nv12)
    #expect((try? sink.take(other.makePicture(), time: .zero, isEntryPoint: true)) == .some(nil))
    display.setPower(isOn: false)
    display.show(text: "x", seconds: .nan)
    display.update(rate: .infinity)
    #expect(display.snapshot() == nil)
    display.close()
    #expect(display.join(within: 10))
  }

  @Test func `errors are told apart by what is to be done`() {
    #expect(
      DeviceError(errno: EBUSY) == .busy && DeviceError(errno: EACCES) == .held
        && DeviceError(errno: EINVAL) == .invalid)
    #expect(
      DeviceError(errno: ENODEV) == .noCard && DeviceError(errno: ENOMEM) == .noMemory
        && DeviceError(errno: 99) == .other(99))
    #expect(DeviceError(openingErrno: EACCES) == .denied && DeviceError(openingErrno: ENOENT) == .noCard)
    for error in [DeviceError.noCard, .denied, .held, .busy, .invalid, .noMemory, .other(5)] {
      #expect(!error.description.isEmpty)
    }
  }
}
