import Foundation
import Testing

extension WholeApplianceTests {
  /// The program as `make` builds it.
  @Suite struct HardeningTests {
    @Test func `the program is position-independent, bound at its start, and its C is guarded`() throws {
      let header = try Self.readELF("--file-header", "--program-headers", "--dynamic")
      #expect(header.contains("DYN (Position-Independent Executable file)"))
      #expect(header.contains("GNU_RELRO"))
      #expect(header.contains("BIND_NOW") || header.contains("Flags: NOW"))
      #expect(!header.contains("TEXTREL"))
      let stack = header.split(separator: "GNU_STACK").dropFirst().first?.prefix(160) ?? "RWE"
      #expect(!stack.contains("RWE"), "the stack cannot be executed")
      #expect(try Self.readELF("--dyn-syms").contains("__stack_chk_fail"))
    }

    private static func readELF(_ options: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/readelf")
      process.arguments = ["--wide"] + options + [CupolaProcess.program]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return text
    }
  }
}
