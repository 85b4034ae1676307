import Appliance
import RTP
import Testing

/// Presets are numbered by their direction, ten degrees apart.
@Suite struct EncoderPlacesTests {
  private static func angle(_ first: UInt8, _ second: UInt8) -> Double {
    let distance = 10 * abs(Double(first) - Double(second))
    return min(distance, 360 - distance)
  }

  /// "3" is preset 3 in H.264, "3v" in VP8.
  private static func stream(_ name: String) -> StreamID {
    StreamID(preset: UInt8(name.prefix { $0.isNumber })!, codec: name.hasSuffix("v") ? 1 : 0)
  }

  private static func streams(_ names: String) -> [StreamID] { names.split(separator: " ").map { stream(String($0)) } }

  private static func name(_ stream: StreamID?) -> String {
    stream.map { "\($0.preset)" + ($0.codec == 1 ? "v" : "") } ?? "-"
  }

  /// Limit, programme, wishes by age, then what each gets.
  @Test(arguments: [
    // Room for all.
    (4, 0, "0 1 2", "0 1 2"), (2, 0, "", ""),
    // The programme comes first, however late it was asked for.
    (2, 0, "5 6 0", "5 5 0"), (1, 0, "5 0", "0 0"), (2, 0, "5v 6 0 0v", "0v 0 0 0v"),
    // Its place is kept while nobody watches it.
    (2, 0, "5 6 9", "5 5 5"), (3, 0, "5 9 6 8", "5 9 5 9"), (1, 0, "5", "0"),
    // The nearest by angle, over the seam too; of equals the lower number.
    (3, 9, "0 20 35", "0 20 0"), (3, 9, "10 20 15", "10 20 10"),
    // Never another codec.
    (2, 0, "5 6v", "5 0v"), (2, 0, "5 0 6v", "5 0 -"), (3, 0, "5 6v 5v 6", "5 6v 6v 5"), (2, 0, "0 5v 6v", "0 5v 5v"),
    // The same wish twice is one stream.
    (2, 0, "5 5 5 0 0", "5 5 5 0 0"),
  ])
  func `the oldest wishes are encoded, the others see the nearest`(
    limit: Int, programme: UInt8, wishes: String, expected: String
  ) {
    var places = EncoderPlaces(limit: limit)
    let wishes = Self.streams(wishes)
    places.grant(wishes, programme: programme)
    #expect(wishes.map { Self.name(places.stream(for: $0, angle: Self.angle)) }.joined(separator: " ") == expected)
    #expect(places.granted.count <= limit)
  }

  @Test func `who has a place keeps it, and when there is room it goes to who waits longest`() {
    var places = EncoderPlaces(limit: 3)
    places.grant(Self.streams("0 5 6"), programme: 0)
    // Somebody asked before the others for what they have, and then for something else.
    places.grant(Self.streams("8 9 0 5 6"), programme: 0)
    #expect(places.granted == Self.streams("0 5 6"))
    places.grant(Self.streams("8 9 0 6"), programme: 0)
    #expect(places.granted == Self.streams("0 6 8"))
    // The programme goes elsewhere: its new stream takes the place of the youngest.
    places.grant(Self.streams("8 9 7 6"), programme: 7)
    #expect(places.granted == Self.streams("7 6 8"))
    places.limit = 2
    places.grant(Self.streams("8 9 7 6"), programme: 7)
    #expect(places.granted == Self.streams("7 6"))
  }

  @Test func `what is being left stays awake where there is room, and never more than the limit is`() {
    var places = EncoderPlaces(limit: 3)
    places.grant(Self.streams("0 5"), programme: 0)
    #expect(places.awake(leaving: Set(Self.streams("0 6 7"))) == Set(Self.streams("0 5 6")))
    places.grant(Self.streams("0 5 8"), programme: 0)
    #expect(places.awake(leaving: Set(Self.streams("0 6 7"))) == Set(Self.streams("0 5 8")))
  }

  @Test(arguments: [
    (1, 1280 * 720 * 30, false, 2), (2, 1280 * 720 * 30, false, 4), (2, 1280 * 720 * 30, true, 8),
    (4, 1920 * 1080 * 60, false, 2), (8, 1920 * 1080 * 30, true, 14), (2, 640 * 360 * 30, false, 16),
    (64, 1, true, 256),
  ])
  func `the number of encoders follows from cores, pixels and the device`(
    cores: Int, pixels: Int, deviceEncodes: Bool, expected: Int
  ) {
    #expect(EncoderPlaces.automatic(cores: cores, pixels: pixels, deviceEncodes: deviceEncodes) == expected)
  }
}
