import Programme
import Signalling
import Testing

@Suite struct ServerMessageTests {
  static let state = ApplianceState(
    presets: [Preset(number: 1, name: "front", yaw: 0, pitch: 0, roll: 0, fov: 90)], programme: 1,
    item: ItemStatus(
      name: "a/b.mp4", index: 0, count: 2, position: 1.5, duration: nil, paused: false, testCard: false),
    viewers: 3, skipped: [SkippedItem(name: "c.mp4", reason: "no video")], notice: nil)
  static let itemJSON = #"""
    "item":{"count":2,"duration":null,"index":0,"name":"a/b.mp4","paused":false,"position":1.5,"testCard":false}
    """#

  static let written: [(ServerMessage, String)] = [
    (
      .answer(id: 2, .init(sdp: "v=0\r\n", codec: "h264", preset: 3, following: false)),
      #"{"codec":"h264","following":false,"id":2,"preset":3,"sdp":"v=0\r\n","type":"answer"}"#
    ),
    (
      .presetChanged(id: nil, .init(preset: 2, scope: .programme, rtpTimestamp: 4_294_967_295, following: true)),
      #"{"following":true,"preset":2,"rtpTimestamp":4294967295,"scope":"programme","type":"preset/changed"}"#
    ),
    (
      .presetChanged(id: 3, .init(preset: 2, scope: .me, rtpTimestamp: nil, following: false)),
      #"{"following":false,"id":3,"preset":2,"scope":"me","type":"preset/changed"}"#
    ),
    (.itemChanged(state.item), #"{\#(itemJSON),"type":"item/changed"}"#),
    (
      .error(.init(.noCommonCodec, "No \"codec\".", id: 2)),
      #"{"code":"noCommonCodec","id":2,"message":"No \"codec\".","type":"error"}"#
    ),
    (.pong(id: 9, time: 1732302000123.25), #"{"id":9,"time":1732302000123.25,"type":"pong"}"#),
    (.pong(id: nil, time: .infinity), #"{"time":null,"type":"pong"}"#),
    (.bye(reason: .shutdown, retryAfter: 1), #"{"reason":"shutdown","retryAfter":1,"type":"bye"}"#),
    (
      .presetChanged(id: 4, .init(preset: 2, scope: .me, rtpTimestamp: nil, following: false, wanted: 5)),
      #"{"following":false,"id":4,"preset":2,"reason":"encoderLimit","scope":"me","type":"preset/changed","wanted":5}"#
    ),
    (
      .answer(id: 5, .init(sdp: "v=0", codec: "vp8", preset: 0, following: true, wanted: 1)),
      #"{"codec":"vp8","following":true,"id":5,"preset":0,"reason":"encoderLimit","sdp":"v=0","type":"answer","wanted":1}"#
    ),
    (.bye(reason: .crowdedOut, retryAfter: 5), #"{"reason":"crowdedOut","retryAfter":5,"type":"bye"}"#),
    (.bye(reason: .mediaLost, retryAfter: nil), #"{"reason":"mediaLost","type":"bye"}"#),
    (
      .health(
        .init(
          status: .ok, uptime: 3604.5, framerate: 30, framesDecoded: 9, framesLate: 1, decodeErrors: 0,
          decoder: "software", viewers: 4, awakePresets: [1, 3])),
      #"""
      {"awakePresets":[1,3],"decodeErrors":0,"decoder":"software","framerate":30,"framesDecoded":9,"framesLate":1,\#
      "status":"ok","type":"health","uptime":3604.5,"viewers":4}
      """#
    ),
  ]

  private func text(_ message: ServerMessage) -> String { String(decoding: message.encoded(), as: UTF8.self) }

  @Test func `a welcome holds the whole state`() {
    let welcome = ServerMessage.Welcome(
      id: 1, session: "9f", role: .operator, name: "Foyer", preset: 1, following: true, rev: 17, state: Self.state,
      limits: .init(viewers: 100))
    #expect(
      text(.welcome(welcome)) == #"""
        {"following":true,"id":1,\#(Self.itemJSON),\#
        "limits":{"messageBytes":65536,"messagesPerSecond":20,"presets":256,"viewers":100},"name":"Foyer",\#
        "notice":null,"preset":1,"presets":[{"fov":90,"kind":"rectilinear","name":"front","number":1,"pitch":0,"roll":0,"yaw":0}],\#
        "programme":{"preset":1},"protocol":"cupola.v1","rev":17,"role":"operator","session":"9f",\#
        "skipped":[{"name":"c.mp4","reason":"no video"}],"type":"welcome","viewers":3}
        """#)
  }

  @Test func `a patch holds what changed, and a null for a notice that is gone`() throws {
    var next = Self.state
    next.programme = 2
    next.notice = "No media found"
    let changes = try #require(next.changes(since: Self.state))
    #expect(
      text(.patch(rev: 18, changes))
        == #"{"notice":"No media found","programme":{"preset":2},"rev":18,"type":"patch"}"#)
    var last = next
    last.notice = nil
    let cleared = try #require(last.changes(since: next))
    #expect(text(.patch(rev: 19, cleared)) == #"{"notice":null,"rev":19,"type":"patch"}"#)
    #expect(last.changes(since: last) == nil)
  }

  @Test(arguments: written)
  func `a message is written`(message: ServerMessage, expected: String) { #expect(text(message) == expected) }
}
