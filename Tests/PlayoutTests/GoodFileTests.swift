import FFmpeg
import Foundation
import Media
import Playout
import Testing

/// No good file is called bad, and none is shown wrong.
@Suite struct GoodFileTests {
  // MARK: - Durations

  @Test(arguments: NumberedClips.kinds)
  func `sound that goes on for longer is not missed of the picture, in`(kind: NumberedClips.Kind) throws {
    let clip = NumberedClips.make(kind, name: "sound", seconds: 2, group: 25, sound: 6)
    let duration = try #require(try probe(MediaLocation(clip)).duration)
    #expect(abs(duration.seconds - 2) < 0.1, "\(duration.seconds)")
    let harness = PlayerHarness([clip])
    harness.clock.run(to: 5)
    #expect(Array(harness.recorder.bars.prefix(100)) == Array(0..<50) + Array(0..<50))
    #expect(harness.player.state.skipped.isEmpty, "\(harness.player.state.skipped.map(\.reason))")
  }

  @Test(arguments: NumberedClips.kinds.filter { !["ogv", "avi"].contains($0.name) })
  func `a first stamp that is not zero is not counted, in`(kind: NumberedClips.Kind) throws {
    let clip = NumberedClips.make(
      kind, name: "late", seconds: 2, group: 25, more: "-output_ts_offset 10 -avoid_negative_ts disabled")
    let duration = try #require(try probe(MediaLocation(clip)).duration)
    #expect(abs(duration.seconds - 2) < 0.1, "\(duration.seconds)")
    let harness = PlayerHarness([clip])
    harness.clock.run(to: 1.98)
    #expect(harness.recorder.bars == Array(0..<50))
    #expect(abs(harness.player.state.position.seconds - 1.96) < 0.05)
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `a transport stream whose last packet is cut is named`() throws {
    let kind = try #require(NumberedClips.kinds.first { $0.name == "ts" })
    let clip = NumberedClips.make(kind, name: "cut", seconds: 4, group: 25)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: clip))
    let cut = TestClips.folder + "/cut-half.ts"
    try bytes.prefix(bytes.count / 2 / 188 * 188 + 100).write(to: URL(fileURLWithPath: cut))
    let harness = PlayerHarness([cut, clip])
    harness.clock.run(to: 6)
    #expect(harness.player.state.skipped.map(\.item.name) == ["cut-half.ts"])
    let reason = try #require(harness.player.state.skipped.first?.reason)
    #expect(reason.contains("breaks off") && reason.contains("incomplete"))
  }

  // MARK: - From the middle

  @Test(arguments: [
    ("h264.ts", "-c:v libx264 -preset ultrafast -crf 10 -sc_threshold 0 -g 50"),
    (
      "hevc.ts",
      "-c:v libx265 -preset ultrafast -crf 10 -x265-params log-level=error:keyint=50:min-keyint=50:scenecut=0"
    ),
    ("mpeg2.ts", "-c:v mpeg2video -q:v 2 -bf 0 -sc_threshold 1000000000 -g 50"),
    ("mpeg2.vob", "-c:v mpeg2video -q:v 2 -bf 0 -sc_threshold 1000000000 -g 50 -f vob"),
    (
      "hevc.mkv",
      "-c:v libx265 -preset ultrafast -crf 10 -x265-params log-level=error:keyint=50:min-keyint=50:scenecut=0"
    ),
  ])
  func `what begins in the middle of a group is shown from its first key frame on, again with every loop, in`(
    name: String, options: String
  ) throws {
    let kind = NumberedClips.Kind(name: name, options: options)
    let whole = NumberedClips.make(kind, name: "middle", seconds: 6, group: 50)
    let cut = TestClips.folder + "/middle-cut-\(name)"
    // From picture 20 or so, in the middle of the first group.
    TestClips.run(["-i", whole, "-c", "copy", "-copyinkf", "-bsf:v", "noise=drop=lt(n\\,20)", cut])
    let harness = PlayerHarness([cut])
    harness.clock.run(to: 9)
    let shown = harness.recorder.bars
    #expect(shown.prefix(100) == Array(50..<150)[...], "\(shown.prefix(8))")
    #expect(shown.dropFirst(100).prefix(100) == Array(50..<150)[...])
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `a stream without any key frame is played as it is`() throws {
    let kind = NumberedClips.Kind(
      name: "ts", options: "-c:v libx264 -preset ultrafast -crf 10 -x264-params intra-refresh=1:scenecut=0 -bf 0")
    let whole = NumberedClips.make(kind, name: "refresh", seconds: 6, group: 50)
    let cut = TestClips.folder + "/refresh-cut.ts"
    TestClips.run(["-i", whole, "-c", "copy", "-copyinkf", "-bsf:v", "noise=drop=lt(n\\,20)", cut])
    let harness = PlayerHarness([cut])
    harness.clock.run(to: 4)
    #expect(harness.recorder.seen.count > 25)
    #expect(harness.player.state.skipped.isEmpty)
  }

  /// HEVC whose only key frame is its first picture: its pictures heal by and by, and every 50th says that they begin to.
  private func healingClip() throws -> String {
    let x265 = "log-level=error:intra-refresh=1:keyint=50:min-keyint=50:scenecut=0:bframes=0"
    let whole = NumberedClips.make(
      .init(name: "ts", options: "-c:v libx265 -preset ultrafast -crf 10 -x265-params \(x265)"), name: "healing",
      seconds: 8, group: 50)
    let stream = TestClips.folder + "/healing.hevc"
    TestClips.run(["-i", whole, "-c", "copy", stream])
    var marked = Data()
    var pictures = 0
    for unit in try Data(contentsOf: URL(fileURLWithPath: stream)).splitAtStartCodes() {
      if unit[unit.startIndex] >> 1 < 32, unit[unit.startIndex + 2] & 0x80 != 0 {
        // A recovery point after 49 pictures: payload type 6, two bytes, se(49), exact, not broken (H.265, D.2.8).
        if pictures % 50 == 0, pictures > 0 { marked += [0, 0, 0, 1, 0x4E, 0x01, 6, 2, 0x03, 0x15, 0x80] }
        pictures += 1
      }
      marked += [0, 0, 0, 1] + unit
    }
    try marked.write(to: URL(fileURLWithPath: stream))
    return stream
  }

  @Test(arguments: ["ts", "mkv", "mp4", "m2ts"])
  func `a stream that heals by and by is shown when it is whole, in`(container: String) throws {
    let stream = try healingClip()
    let cut = TestClips.folder + "/healing-cut.\(container)"
    // From picture 60 on: the next recovery point is 100, and 149 is the first picture that is right.
    TestClips.run([
      "-framerate", "25", "-fflags", "+genpts", "-i", stream, "-c", "copy", "-copyinkf", "-bsf:v",
      "noise=drop=lt(n\\,60)", cut,
    ])
    let harness = PlayerHarness([cut])
    harness.clock.run(to: 9)
    #expect(harness.recorder.bars.prefix(51) == Array(149..<200)[...], "\(harness.recorder.bars.prefix(8))")
    #expect(harness.player.state.skipped.isEmpty)
  }

  @Test func `after damage the last good picture holds, for two seconds at most`() throws {
    let kind = NumberedClips.Kind(
      name: "ts",
      options:
        "-c:v libx265 -preset ultrafast -crf 10 -x265-params log-level=error:keyint=100:min-keyint=100:scenecut=0")
    let clip = NumberedClips.make(kind, name: "damage", seconds: 8, group: 100)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: clip))
    // A tenth of the packets from the middle of the first group are gone.
    let start = bytes.count / 8 / 188 * 188
    bytes.removeSubrange(start..<start + bytes.count / 80 / 188 * 188)
    let damaged = TestClips.folder + "/damaged.ts"
    try bytes.write(to: URL(fileURLWithPath: damaged))
    let harness = PlayerHarness([damaged])
    harness.clock.run(to: 7.9)
    let seen = harness.recorder.seen
    let gaps = zip(seen, seen.dropFirst()).map { ($1.time - $0.time).seconds }
    #expect(gaps.max()! > 0.1 && gaps.max()! < 2.2, "\(gaps.max()!)")
    // From the next key frame on, all is well.
    #expect(Array(100..<195).allSatisfy(harness.recorder.bars.contains))
  }

  // MARK: - Turned, cropped, two eyes

  @Test(arguments: [
    ("rotate180.mp4", "hflip,vflip", "-metadata:s:v:0 rotate=180", "turned by 180°"),
    ("rotate90.mov", "transpose=2", "-metadata:s:v:0 rotate=270", "turned by 90°"),
    ("rotate270.mp4", "transpose=1", "-metadata:s:v:0 rotate=90", "turned by 270°"),
  ])
  func `a picture that is stored turned is shown upright, and probe says so`(
    name: String, filter: String, options: String, words: String
  ) throws {
    let stored = TestClips.make("stored-\(name)", "-c:v libx264 -preset veryfast -crf 16 -g 10", filter: filter)
    let clip = TestClips.folder + "/" + name
    TestClips.run(["-i", stored, "-c", "copy"] + options.split(separator: " ").map(String.init) + [clip])
    let harness = PlayerHarness([clip], readsNumbers: true)
    harness.clock.run(to: 0.5)
    #expect(Array(harness.recorder.numbers.prefix(15)) == (0..<15).map { $0 })
    let report = try probe(MediaLocation(clip))
    #expect(report.projection.contains(words), "\(report.projection)")
    #expect(report.viewedSize == TestClips.size)
  }

  @Test(arguments: ["ts", "mkv", "mp4"])
  func `pictures that say themselves that they are turned are believed, in`(container: String) throws {
    let clip = TestClips.make(
      "sei.\(container)",
      "-c:v libx264 -preset veryfast -crf 16 -g 30 -bsf:v h264_metadata=display_orientation=insert:rotate=180",
      filter: "hflip,vflip")
    let harness = PlayerHarness([clip], readsNumbers: true)
    harness.clock.run(to: 0.5)
    #expect(Array(harness.recorder.numbers.prefix(15)) == (0..<15).map { $0 })
    #expect(try probe(MediaLocation(clip)).projection.contains("turned by 180°"))
  }

  @Test func `every turn is undone by its way back, and says what it does`() {
    for swaps in [false, true] {
      for flipsX in [false, true] {
        for flipsY in [false, true] {
          let turn = PictureTurn(swapsAxes: swaps, flipsX: flipsX, flipsY: flipsY)
          let stored = turn.stored(x: 0.2, y: 0.7)
          let upright = turn.upright(x: stored.x, y: stored.y)
          #expect(abs(upright.x - 0.2) < 1e-9 && abs(upright.y - 0.7) < 1e-9)
        }
      }
    }
    let words = (0..<4).flatMap { quarters in
      [false, true].map { PictureTurn(quarters: quarters, isMirrored: $0).description }
    }
    #expect(
      words == [
        "upright", "mirrored", "turned by 90°", "mirrored and turned by 90°", "turned by 180°",
        "mirrored and turned by 180°", "turned by 270°", "mirrored and turned by 270°",
      ])
  }

  @Test func `Matroska's crop is cut off, and probe says so`() throws {
    let clip = TestClips.make(
      "cropped.mkv",
      "-c:v libx264 -preset veryfast -crf 16 -g 10 -color_primaries bt709 -color_trc bt709 -colorspace bt709 "
        + "-color_range tv -chroma_sample_location left", filter: "pad=iw:ih+80:0:40")
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: clip)))
    // In the place of the element of colours: PixelCropTop and PixelCropBottom of 40, and nothing.
    let colour = try #require(bytes.firstRange(of: [0x55, 0xB0])).lowerBound
    let length = 3 + Int(bytes[colour + 2] & 0x7F)
    let crop: [UInt8] = [0x54, 0xBB, 0x81, 40, 0x54, 0xAA, 0x81, 40]
    try #require(length >= crop.count + 2)
    let void = [0xEC, 0x80 | UInt8(length - crop.count - 2)] + [UInt8](repeating: 0, count: length - crop.count - 2)
    bytes.replaceSubrange(colour..<colour + length, with: crop + void)
    try Data(bytes).write(to: URL(fileURLWithPath: clip))
    let report = try probe(MediaLocation(clip))
    #expect(report.viewedSize == TestClips.size)
    #expect(report.projection.contains("cropped by 0 left, 0 right, 40 above, 40 below"))
    let harness = PlayerHarness([clip], readsNumbers: true)
    harness.clock.run(to: 0.5)
    #expect(Array(harness.recorder.numbers.prefix(15)) == (0..<15).map { $0 })
  }

  @Test(arguments: [("top_bottom", "vstack", "upper"), ("left_right", "hstack", "left")])
  func `of two eyes without a projection one is shown`(mode: String, stack: String, word: String) throws {
    let clip = TestClips.make(
      "\(mode).mkv", "-c:v libx264 -preset veryfast -crf 16 -g 10 -metadata:s:v:0 stereo_mode=\(mode)",
      filter: "split[a][b];[b]negate[c];[a][c]\(stack)")
    let report = try probe(MediaLocation(clip))
    #expect(report.projection.contains("the \(word) picture of two"), "\(report.projection)")
    #expect(report.viewedSize == TestClips.size)
    let harness = PlayerHarness([clip], readsNumbers: true)
    harness.clock.run(to: 0.5)
    #expect(Array(harness.recorder.numbers.prefix(15)) == (0..<15).map { $0 })
  }
}

extension Data {
  /// The NAL units between start codes.
  fileprivate func splitAtStartCodes() -> [Data] {
    var units: [Data] = []
    var rest = self[...]
    while let code = rest.range(of: Data([0, 0, 1])) {
      if !units.isEmpty { units[units.count - 1] = rest[..<code.lowerBound].droppingTrailingZeros() }
      units.append(Data())
      rest = rest[code.upperBound...]
    }
    if !units.isEmpty { units[units.count - 1] = rest }
    return units
  }

  private func droppingTrailingZeros() -> Data { prefix((lastIndex { $0 != 0 } ?? startIndex - 1) + 1 - startIndex) }
}
