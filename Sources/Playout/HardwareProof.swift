import Clocks
import FFmpeg
import Glibc
import Media

/// Lets graphics devices show what they can do: each decodes a second of the test card in every codec that it says it
/// knows, which has to come out as in software to the bit, and encodes a second that has to look like what went in.
package enum HardwareProof {
  private static let size = VideoSize(width: 640, height: 320)
  private static let frameCount = 30
  /// For a second of such small pictures; whoever needs longer is of no use.
  private static let patience = MediaTime(seconds: 5)
  /// What an encoder at a bit rate of 2 Mbit/s exceeds by far, and no wrong picture comes near to.
  private static let fidelity = 28.0

  package static func run(
    _ choice: HardwareAcceleration.Configuration.Choice,
    open: @escaping @Sendable (String) throws(HardwareProblem) -> VAAPIDevice
  ) -> HardwareReport {
    var report = HardwareReport(devices: [], problems: [])
    let paths: [String] =
      switch choice {
      case .none: []
      case .path(let path): [path]
      case .automatic: renderNodes()
      }
    if paths.isEmpty, choice == .automatic { report.problems.append(HardwareProblem.noDevice.explanation) }
    var clips = Clips()
    for path in paths {
      do throws(MediaError) {
        let device = try onTime { () throws(MediaError) in
          do throws(HardwareProblem) {
            return try open(path)
          } catch {
            throw .device(error.explanation)
          }
        }
        report.devices.append(try prove(device, with: &clips))
      } catch {
        guard case .device(let reason) = error else { report.problems.append("\(path): \(error)"); continue }
        report.problems.append(reason)
      }
    }
    return report
  }

  /// "/dev/dri/renderD128" and those after it.
  private static func renderNodes() -> [String] {
    (128..<192).map { "/dev/dri/renderD\($0)" }.filter { unsafe access($0, F_OK) == 0 }
  }

  private static func prove(_ device: VAAPIDevice, with clips: inout Clips) throws(MediaError) -> HardwareReport.Device
  {
    let (limits, encoder) = try onTime { (device.decodeLimits(), device.encodeEntryPoint()) }
    var rows: [HardwareReport.Row] = []
    for profile in DecodeProfile.allCases {
      guard let limit = limits[profile] else { continue }
      var row = HardwareReport.Row(work: .decode(profile), limit: limit)
      do throws(MediaError) {
        row.framesPerSecond = try proveDecoding(device, try clips.clip(profile))
      } catch {
        row.refusal = error.description
      }
      rows.append(row)
    }
    if let encoder {
      var row = HardwareReport.Row(work: .encode, limit: encoder.limit)
      do throws(MediaError) {
        row.framesPerSecond = try proveEncoding(device, try clips.frames())
      } catch {
        row.refusal = error.description
      }
      rows.append(row)
    }
    return HardwareReport.Device(path: device.path, driver: device.driver, rows: rows)
  }

  /// Frames a second.
  private static func proveDecoding(_ device: VAAPIDevice, _ clip: CodedClip) throws(MediaError) -> Double {
    let begin = MonotonicTime.now
    let pictures = try onTime { () throws(MediaError) in try Self.pictures(of: clip, device: device) }
    let seconds = Double(MonotonicTime.now - begin) / 1e9
    let expected = try Self.pictures(of: clip, device: nil)
    guard pictures.allSatisfy(\.isFromDevice) else { throw .device("its driver refuses the stream") }
    guard pictures.count == expected.count else {
      throw .device("\(pictures.count) of \(expected.count) pictures come out")
    }
    let wrong = zip(pictures, expected).count { !$0.hasSameSamples(as: $1) }
    guard wrong == 0 else { throw .device("\(wrong) of \(expected.count) pictures are not as in software") }
    return Double(expected.count) / max(seconds, 1e-6)
  }

  private static func pictures(of clip: CodedClip, device: VAAPIDevice?) throws(MediaError) -> [VideoFrame] {
    var pictures: [VideoFrame] = []
    do throws(MediaError) {
      try clip.decode(hardware: device) { (picture) throws(MediaError) in pictures.append(picture) }
    } catch {
      // The clip is of our own making: whatever libav calls damaged, on a device it is the device's doing.
      switch error {
      case .damaged(let reason) where device != nil, .failed(let reason) where device != nil:
        throw .device(reason.description)
      default: throw error
      }
    }
    return pictures
  }

  /// Frames a second.
  private static func proveEncoding(_ device: VAAPIDevice, _ frames: [VideoFrame]) throws(MediaError) -> Double {
    guard let framerate = Rational(30, 1) else { preconditionFailure("30 is a rate") }
    let configuration = EncoderConfiguration(size: size, framerate: framerate, bitrate: 2_000_000)
    let begin = MonotonicTime.now
    let coded = try onTime { () throws(MediaError) in
      var encoder = try HardwareEncoder(configuration, device: device)
      var coded: [EncodedFrame] = []
      for (number, frame) in frames.enumerated() {
        coded.append(
          try encoder.encode(
            frame, time: MediaTime(nanoseconds: Int64(number) * 33_333_333), forceKeyframe: number == frameCount / 2))
      }
      return coded
    }
    let seconds = Double(MonotonicTime.now - begin) / 1e9
    guard coded.indices.filter({ coded[$0].isKeyFrame }) == [0, frameCount / 2] else {
      throw .device("key frames do not come when they are asked for")
    }
    let fidelity = try H264Check.leastFidelity(of: coded, to: frames)
    guard fidelity >= Self.fidelity else {
      throw .device("what it encodes does not look like what went in (\(Int(fidelity)) dB)")
    }
    return Double(frames.count) / max(seconds, 1e-6)
  }

  /// Runs what calls a driver on a thread that can be given up.
  private static func onTime<Result: Sendable>(
    _ body: @escaping @Sendable () throws(MediaError) -> Result
  ) throws(MediaError) -> Result {
    guard AbandonedThreads.current < AbandonedThreads.limit else {
      throw .device("calls of its driver have not returned")
    }
    return try DeviceThread<VAAPIDevice>(name: "device proof").run(within: patience) { (_) throws(MediaError) in
      try body()
    }
  }

  /// The test card in every codec, encoded when it is needed first.
  private struct Clips {
    private var made: [DecodeProfile: CodedClip] = [:]
    private var drawn: [VideoFrame] = []

    mutating func frames() throws(MediaError) -> [VideoFrame] {
      if drawn.isEmpty {
        let card = try TestCardSource(size: size, framerate: 30)
        while drawn.count < frameCount, case .frame(let frame) = card.step() { drawn.append(frame.frame) }
      }
      return drawn
    }

    mutating func clip(_ profile: DecodeProfile) throws(MediaError) -> CodedClip {
      if let clip = made[profile] { return clip }
      let clip = try CodedClip(profile.proof, frames: try frames())
      made[profile] = clip
      return clip
    }
  }
}
