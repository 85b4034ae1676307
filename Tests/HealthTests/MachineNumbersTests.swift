import Health
import Testing

/// Numbers that the system, or a file system of somebody's own making, gives.
@Suite struct MachineNumbersTests {
  @Test func `blocks times their size has an upper end`() {
    #expect(MachineHealth.bytes(.max, of: .max) == .max)
    #expect(MachineHealth.bytes(.max, of: 0) == 0)
    #expect(MachineHealth.bytes(3, of: 4096) == 12_288)
  }

  @Test(arguments: [0, 18, 40], [UInt64.max.description, "-1", "x", "", "99999999999999999999999"])
  func `a process record of any numbers is read`(count: Int, number: String) {
    let text = "1 (a) b) S " + Array(repeating: number, count: count).joined(separator: " ")
    for pageSize in [-1, 0, 4096, .max] {
      let use = ProcessUse(ProcessStat(text: text), pageSize: pageSize)
      #expect(use.threads >= 0 && use.processorSeconds >= 0 && use.processorSeconds.isFinite)
    }
  }

  @Test func `one that is not there is all zeros`() {
    for text in [nil, "", ")", "no end"] {
      #expect(ProcessUse(ProcessStat(text: text), pageSize: 4096).residentBytes == 0)
    }
  }
}
