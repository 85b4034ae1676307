import FuzzEntries
import Glibc

/// The parsers by the name that `CUPOLA_FUZZ_TARGET` selects.
private let entries: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
  "STUN": fuzzSTUN,
  "SDP": fuzzSDP,
  "DTLSRecords": fuzzDTLSRecords,
  "RTCP": fuzzRTCP,
  "SignallingJSON": fuzzSignallingJSON,
  "SphericalBoxes": fuzzSphericalBoxes,
]

private let entry: @Sendable (UnsafeRawBufferPointer) -> Void = {
  let name = getenv("CUPOLA_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let entry = entries[name] else {
    preconditionFailure("CUPOLA_FUZZ_TARGET is one of \(entries.keys.sorted())")
  }
  return entry
}()

/// What libFuzzer calls with every input that it makes up.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  entry(UnsafeRawBufferPointer(start: data, count: size))
  return 0
}
