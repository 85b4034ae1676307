import Signalling
import Testing

@Suite struct ClientMessageTests {
  private static let stage = PresetDescription(number: 7, name: "stage", yaw: 30.5, pitch: -5, roll: 0, fov: 80)

  private static let readable: [(String, ClientMessage.Body, UInt64?)] = [
    (#"{"type":"hello","id":1,"version":1,"preset":3}"#, .hello(.init(preset: 3)), 1),
    (#"{"type":"hello","follow":true,"pin":"12"}"#, .hello(.init(pin: "12", follow: true)), nil),
    (#"{"type":"hello","pin":null,"later":{"x":[1]}}"#, .hello(.init()), nil),
    (#"{"type":"offer","id":2,"sdp":"v=0\r\n","preset":0}"#, .offer(sdp: "v=0\r\n", preset: 0), 2),
    (#"{"type":"candidate","candidate":"x"}"#, .candidate, nil),
    (#"{"type":"preset/goto","preset":2}"#, .gotoPreset(2, scope: .me), nil),
    (#"{"type":"preset/goto","preset":255,"scope":"programme"}"#, .gotoPreset(255, scope: .programme), nil),
    (#"{"type":"follow","id":9007199254740991}"#, .follow, 9_007_199_254_740_991),
    (#"{"type":"playlist/next"}"#, .playlist(.next), nil),
    (#"{"type":"playlist/previous"}"#, .playlist(.previous), nil),
    (#"{"type":"playlist/goto","index":2}"#, .playlist(.go(to: 2)), nil),
    (#"{"type":"transport/play"}"#, .transport(.play), nil),
    (#"{"type":"transport/pause"}"#, .transport(.pause), nil),
    (#"{"type":"transport/seek","position":12.5}"#, .transport(.seek(12.5)), nil),
    (
      #"{"type":"preset/set","preset":{"number":7,"name":"stage","yaw":30.5,"pitch":-5,"roll":0,"fov":80}}"#,
      .setPreset(stage), nil
    ),
    (#"{"type":"preset/remove","number":7}"#, .removePreset(7), nil),
    (#"{"type":"ping","id":0}"#, .ping, 0),
  ]

  private func parse(_ text: String) throws(SignallingError) -> ClientMessage {
    try ClientMessage(parsing: Array(text.utf8))
  }

  private func error(_ text: String) -> SignallingError? {
    do throws(SignallingError) {
      _ = try parse(text)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: readable)
  func `a message is read`(text: String, body: ClientMessage.Body, id: UInt64?) throws {
    #expect(try parse(text) == ClientMessage(body, id: id))
  }

  @Test(arguments: [
    "", "{", "[]", "null", "1", #""type""#, "{}", #"{"id":1}"#, #"{"type":1}"#, #"{"type":"hello","version":2}"#,
    #"{"type":"hello","pin":1234}"#, #"{"type":"offer"}"#, #"{"type":"offer","sdp":null}"#,
    #"{"type":"preset/goto","preset":256}"#, #"{"type":"preset/goto","preset":-1}"#,
    #"{"type":"preset/goto","preset":1.5}"#, #"{"type":"preset/goto","preset":1,"scope":"all"}"#,
    #"{"type":"playlist/goto","index":-1}"#, #"{"type":"transport/seek","position":-1}"#,
    #"{"type":"transport/seek","position":1e300}"#, #"{"type":"transport/seek","position":1e999}"#,
    #"{"type":"ping","id":-1}"#, #"{"type":"ping","id":9007199254740992}"#, #"{"type":"ping","id":"a"}"#,
    #"{"type":"preset/set","preset":{"number":7,"name":"","yaw":0,"pitch":0,"roll":0,"fov":80}}"#,
    #"{"type":"preset/set","preset":{"number":7,"name":"a\nb","yaw":0,"pitch":0,"roll":0,"fov":80}}"#,
    #"{"type":"preset/set","preset":{"number":7,"name":"x","yaw":0,"pitch":91,"roll":0,"fov":80}}"#,
    #"{"type":"preset/set","preset":{"number":7,"name":"x","yaw":0,"pitch":0,"roll":0,"fov":9}}"#,
    #"{"type":"preset/set","preset":{"number":7,"name":"x","yaw":0,"pitch":0,"roll":0}}"#,
  ])
  func `a message that is wrong is a bad message`(text: String) { #expect(error(text)?.code == .badMessage) }

  @Test func `a message nested ever deeper is a bad message`() {
    #expect(error(String(repeating: "[", count: 60000))?.code == .badMessage)
    #expect(error(String(repeating: #"{"a":"#, count: 10000))?.code == .badMessage)
  }

  @Test func `bytes that are not UTF-8 are a bad message`() {
    #expect(throws: SignallingError.self) { try ClientMessage(parsing: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]) }
  }

  @Test func `an error carries the id and says which field`() {
    #expect(error(#"{"id":5,"type":"offer"}"#) == SignallingError(.badMessage, "The field sdp is missing.", id: 5))
    #expect(error(#"{"id":5,"type":"sing"}"#)?.code == .unknownType)
    #expect(error(#"{"id":5,"type":"sing"}"#)?.id == 5)
    let fov = #"{"type":"preset/set","id":6,"preset":{"number":7,"name":"x","yaw":0,"pitch":0,"roll":0,"fov":300}}"#
    #expect(error(fov) == SignallingError(.badMessage, "The field fov is 10 to 150 degrees.", id: 6))
  }

  @Test func `a yaw beyond half a turn comes round`() throws {
    for (yaw, expected) in [(270, -90), (-270, 90), (180, 180), (-180, -180), (360, 0)] as [(Double, Double)] {
      let text = #"{"type":"preset/set","preset":{"number":1,"name":"x","yaw":\#(yaw),"pitch":0,"roll":0,"fov":90}}"#
      guard case .setPreset(let preset) = try parse(text).body else { return #expect(Bool(false)) }
      #expect(preset.yaw == expected)
    }
  }

  @Test func `a message over 64 KiB is too large`() {
    let text = #"{"type":"ping","x":""# + String(repeating: "x", count: 65536) + #""}"#
    #expect(error(text)?.code == .tooLarge)
  }
}
