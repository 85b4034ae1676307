import FuzzEntries
import Glibc

/// The parsers by the name that `CUPOLA_FUZZ_TARGET` selects, which is that of the folder of their kept cases.
private let entries: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
  "boxes": fuzzSphericalBoxes,
  "m3u": fuzzM3U,
  "matroska": fuzzMatroskaTracks,
  "mesh": fuzzMesh,
  "photosphere": fuzzPhotoSphere,
  "connection": fuzzConnection,
  "insta360": fuzzInsta360,
  "dtls": fuzzDTLSRecords,
  "rtcp": fuzzRTCP,
  "sdp": fuzzSDP,
  "signalling": fuzzSignallingJSON,
  "stun": fuzzSTUN,
  "timeline": fuzzTimeline,
]

private let entry: @Sendable (UnsafeRawBufferPointer) -> Void = {
  let name = getenv("CUPOLA_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let entry = entries[name] else {
    preconditionFailure("CUPOLA_FUZZ_TARGET is one of \(entries.keys.sorted())")
  }
  return entry
}()

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<CInt>,
  _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The program's start: SwiftPM renames an executable's `main` to this, so libFuzzer's own is not found.
@_cdecl("cupola_fuzz_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  var (argc, argv) = (argc, argv)
  return runDriver(&argc, &argv) { data, size in
    entry(UnsafeRawBufferPointer(start: data, count: size))
    return 0
  }
}
