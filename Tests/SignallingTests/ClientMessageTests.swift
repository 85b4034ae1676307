import Programme
import Signalling
import Testing

@Suite struct ClientMessageTests {
  private static let stage = Preset(number: 7, name: "stage", yaw: 30.5, pitch: -5, roll: 0, fov: 80)

  private static let readable: [(String, ClientMessage.Body, UInt64?)] = [
    (#"{"type":"hello","id":1,"version":1,"preset":3}"#, .hello(.init(preset: 3)), 1),
    (#"{"type":"hello","follow":true,"pin":"12"}"#, .hello(.init(pin: "12", follow: true)), nil),
    (#"{"type":"hello","pin":null,"later":{"x":[1]}}"#, .hello(.init()), nil),
    (#"{"type":"offer","id":2,"sdp":"v=0\r\n","preset":0}"#, .offer(sdp: "v=0\r\n", preset: 0), 2),
    (#"{"type":"candidate","candidate":"x"}"#, .candidate, nil),
    (#"{"type":"preset/goto","preset":2}"#, .command(.goto(2, .me)), nil),
    (#"{"type":"preset/goto","preset":255,"scope":"programme"}"#, .command(.goto(255, .programme)), nil),
    (#"{"type":"follow","id":9007199254740991}"#, .command(.follow), 9_007_199_254_740_991),
    (#"{"type":"playlist/next"}"#, .command(.playlist(.next)), nil),
    (#"{"type":"playlist/previous"}"#, .command(.playlist(.previous)), nil),
    (#"{"type":"playlist/goto","index":2}"#, .command(.playlist(.go(to: 2))), nil),
    (#"{"type":"transport/play"}"#, .command(.transport(.play)), nil),
    (#"{"type":"transport/pause"}"#, .command(.transport(.pause)), nil),
    (#"{"type":"transport/seek","position":12.5}"#, .command(.transport(.seek(12.5))), nil),
    (
      #"{"type":"preset/set","preset":{"number":7,"name":"stage","yaw":30.5,"pitch":-5,"roll":0,"fov":80}}"#,
      .command(.setPreset(stage)), nil
    ),
    (#"{"type":"preset/remove","number":7}"#, .command(.removePreset(7)), nil),
    (#"{"type":"ping","id":0}"#, .ping, 0),
    (#" {"type" : "ping" , "id" : -0 } "#, .ping, 0), (#"{"type":"ping","id":1.0e2}"#, .ping, 100),
    (#"{"ty\u0070e":"ping","x":"\ud83d\ude00\/\b\f\n\r\t\"\\"}"#, .ping, nil),
    (#"{"type":"playlist/goto","index":999999}"#, .command(.playlist(.go(to: 999_999))), nil),
    (#"{"type":"transport/seek","position":1E-400}"#, .command(.transport(.seek(0))), nil),
    (#"{"type":"ping","x":[[],{},[1,-2.5e+3,true,false,null],{"a":{"b":""}}]}"#, .ping, nil),
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
    #"{"type":"ping","id":1,"id":2}"#, #"{"type":"ping","x":{"a":1,"a":1}}"#, #"{"type":"ping","x":"\ud800"}"#,
    #"{"type":"ping","x":"\udc00\ud800"}"#, #"{"type":"ping","x":"\ud800\u0041"}"#, #"{"type":"ping\u0000"}"#,
    #"{"type":"ping","id":NaN}"#, #"{"type":"ping","id":Infinity}"#, #"{"type":"ping","id":0x10}"#,
    #"{"type":"ping","id":01}"#, #"{"type":"ping","id":+1}"#, #"{"type":"ping","id":1.}"#, #"{"type":"ping","id":.5}"#,
    #"{"type":"ping","id":1e}"#, #"{"type":"ping","id":-}"#, #"{"type":"ping","id":1e400}"#,
    #"{"type":"ping","id":99999999999999999999999}"#, #"{"type":"ping"} x"#, #"{"type":"ping",}"#,
    #"{"type":"ping"/**/}"#,
    #"{'type':'ping'}"#, #"{type:"ping"}"#, "{\"type\":\"ping\",\"x\":\"a\nb\"}", #"{"type":"ping","x":"\x"}"#,
    #"{"type":"ping","x":[1,]}"#, #"{"type":"ping","x":tru}"#, #"{"type":"ping","x":"\u12g4"}"#, #"{"type" "ping"}"#,
    "\u{FEFF}{\"type\":\"ping\"}", "{\"type\":\"ping\",\"x\":\"\u{0}\"}", #"{"type":"playlist/goto","index":1000000}"#,
    #"{"type":"playlist/goto","index":1.5}"#, #"{"type":"transport/seek","position":10000001}"#,
    #"{"type":"hello","follow":1}"#, #"{"type":"hello","follow":"true"}"#, #"{"type":"preset/set","preset":7}"#,
  ])
  func `a message that is wrong is a bad message`(text: String) { #expect(error(text)?.code == .badMessage) }

  @Test func `a message nested ever deeper is a bad message`() {
    #expect(error(String(repeating: "[", count: 60000))?.code == .badMessage)
    #expect(error(String(repeating: #"{"a":"#, count: 10000))?.code == .badMessage)
    func nested(_ depth: Int) -> String {
      #"{"type":"ping","x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(error(nested(15)) == nil)
    #expect(error(nested(16))?.code == .badMessage)
  }

  @Test func `a message in UTF-16 or UTF-32 is a bad message`() {
    let text = #"{"type":"ping"}"#
    let wide: [UInt8] = text.utf8.flatMap { [$0, 0] as [UInt8] }
    let wider: [UInt8] = text.utf8.flatMap { [$0, 0, 0, 0] as [UInt8] }
    for bytes in [
      wide, [0xFF, 0xFE] + wide, Array(wide.dropFirst()) + [0], [0xFE, 0xFF] + Array(wide.dropFirst()), wider,
    ] {
      let error = #expect(throws: SignallingError.self) { try ClientMessage(parsing: bytes) }
      #expect(error?.code == .badMessage)
    }
  }

  /// Every prefix of a message, and every byte of it changed, is read or refused.
  @Test func `what is damaged is refused and harms nobody`() {
    let whole = Array(
      #"{"type":"preset/set","id":5,"x":[1.5e3,"\ud83d\ude00",{}],"preset":{"number":7,"name":"ä","yaw":0,"pitch":0,"roll":0,"fov":80}}"#
        .utf8)
    for end in whole.indices {
      #expect(throws: SignallingError.self) { try ClientMessage(parsing: Array(whole[..<end])) }
    }
    for index in whole.indices {
      for byte in [0, 0x22, 0x5C, 0x7B, 0x80, 0xFF, whole[index] ^ 1] as [UInt8] {
        var damaged = whole
        damaged[index] = byte
        _ = try? ClientMessage(parsing: damaged)
      }
    }
  }

  @Test(arguments: [
    (#"{"type":"playlist/goto","index":-5}"#, "The field index is to be a whole number from 0 to 999999."),
    (#"{"type":"playlist/goto","index":"5"}"#, "The field index is to be a whole number from 0 to 999999."),
    (#"{"type":"playlist/goto"}"#, "The field index is missing."),
    (#"{"type":"transport/seek","position":-1}"#, "The field position is to be a number from 0 to 10000000."),
    (#"{"type":"preset/goto","preset":256}"#, "The field preset is to be a whole number from 0 to 255."),
    (#"{"type":"preset/goto","preset":1,"scope":"all"}"#, "The field scope is to be me or programme."),
    (#"{"type":"ping","id":1e17}"#, "The field id is to be a whole number from 0 to 9007199254740991."),
    (#"{"type":"hello","version":2}"#, "This server speaks version 1 of the protocol."),
    (#"{"type":1}"#, "The field type is to be a string."),
    ("[1]", "This is to be a JSON object."),
    (#"{"type":"ping","a":1,"a":1}"#, "This is to be a JSON object in UTF-8, and a key is in it twice."),
    (#"{"type":"#, "This is to be a JSON object in UTF-8, and it breaks off."),
    (#"{"type";"#, "This is to be a JSON object in UTF-8, and byte 8 makes no sense."),
  ])
  func `an error says which field, and what is allowed`(text: String, message: String) {
    #expect(error(text)?.message == message)
  }

  @Test(arguments: [
    "\u{202E}txet", "a\u{2066}b", "a\u{200F}", "a\u{061C}", "a\u{2028}b", "a\u{7F}", "a\u{85}b", "a\u{200B}b",
    "\u{FEFF}a",
    "", " ", " a", "\u{3000}a", "\u{A0}", String(repeating: "a", count: 65), String(repeating: "👨‍👩‍👧", count: 13),
  ])
  func `a name that would not be shown as it is written is refused`(name: String) {
    #expect(!PresetName.isAllowed(name))
    let preset = Preset(number: 1, name: name, yaw: 0, pitch: 0, roll: 0, fov: 90)
    let error = #expect(throws: Preset.Invalid.self) { try preset.validated() }
    #expect(error?.description == PresetName.rule)
  }

  @Test(arguments: [
    "a", "Bühne links", "舞台", "صحنه\u{200C}ها", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", String(repeating: "ä", count: 64), "e\u{301}",
  ])
  func `a name in any language is allowed`(name: String) { #expect(PresetName.isAllowed(name)) }

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
      guard case .command(.setPreset(let preset)) = try parse(text).body else { return #expect(Bool(false)) }
      #expect(preset.yaw == expected)
    }
  }

  @Test func `a message over 64 KiB is too large`() {
    let text = #"{"type":"ping","x":""# + String(repeating: "x", count: 65536) + #""}"#
    #expect(error(text)?.code == .tooLarge)
  }
}
