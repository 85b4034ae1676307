import Dispatch
import Fairness
import Foundation
import Logging
import Persistence
import Signalling
import Synchronization

/// Keeps the operators' devices on disk, for one PIN: with another one they are forgotten.
///
/// Nobody waits for the disk but whoever adds or revokes a device, and that without a thread.
final class OperatorKeeper: Sendable {
  /// What the file says.
  private struct Contents: Codable, Hashable {
    var version = 1
    /// Which PIN they were let in by, as the hash of the salt and the PIN.
    var salt: [UInt8]
    var pin: [UInt8]
    var devices: [OperatorDevice]
  }

  private static let file = "operators"
  /// When a device was used last is written with that grain, in seconds.
  private static let grain: Int64 = 3600

  private let directory: StateDirectory
  private let log: Logger
  private let salt: [UInt8]
  private let mark: [UInt8]
  private let queue = DispatchQueue(label: "operators")
  private let written = Mutex<[OperatorDevice]>([])
  /// What was kept when this was made.
  let kept: [OperatorDevice]

  init(pin: PIN, directory: StateDirectory, log: Logger) {
    self.directory = directory
    self.log = log
    let contents = Self.read(in: directory, log: log)
    let salt = contents?.salt ?? (0..<16).map { _ in UInt8.random(in: 0...255) }
    let mark = SHA256.hash(salt + Array(pin.description.utf8))
    self.salt = salt
    self.mark = mark
    let kept = contents?.pin == mark ? contents?.devices ?? [] : []
    self.kept = kept
    written.withLock { $0 = kept }
    if let contents, contents.pin != mark, !contents.devices.isEmpty {
      log.notice("The operator PIN has changed: the devices that were operators are forgotten")
    }
  }

  private static func read(in directory: StateDirectory, log: Logger) -> Contents? {
    do {
      guard let text = try directory.text(of: file) else { return nil }
      let contents = try JSONDecoder().decode(Contents.self, from: Data(text.utf8))
      guard contents.version == 1 else { throw StateDirectory.ReadFailure("it is of another version") }
      return contents
    } catch {
      let aside = directory.setAside(file)
      log.warning(
        "The operators' devices cannot be read; each needs the PIN again",
        metadata: ["file": "\(directory.path)/\(file)", "reason": "\(error)", "kept": "\(aside ?? "not kept")"])
      return nil
    }
  }

  /// Writes the devices as they are at that moment, however many ask; whether that went well.
  func save(_ devices: @escaping @Sendable () -> [OperatorDevice]) async -> Bool {
    await withCheckedContinuation { continuation in
      queue.async { [self] in continuation.resume(returning: write(devices())) }
    }
  }

  /// Has them written if one came or went, or was used after a long time.
  func saveUse(of devices: @escaping @Sendable () -> [OperatorDevice]) {
    queue.async { [self] in
      let devices = devices()
      let isNews = written.withLock { written in
        written.map(\.id) != devices.map(\.id)
          || zip(written, devices).contains { abs($1.used - $0.used) > Self.grain }
      }
      if isNews { _ = write(devices) }
    }
  }

  private func write(_ devices: [OperatorDevice]) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    do {
      let json = try encoder.encode(Contents(salt: salt, pin: mark, devices: devices))
      try directory.write(String(decoding: json, as: UTF8.self) + "\n", to: Self.file)
      written.withLock { $0 = devices }
      return true
    } catch {
      log.warning(
        "The operators' devices cannot be saved: after a restart they are those of before",
        metadata: ["directory": "\(directory.path)", "reason": "\(error)"])
      return false
    }
  }
}
