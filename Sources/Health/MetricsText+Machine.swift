extension MetricsText {
  /// What the process takes, and what the machine says of itself.
  public mutating func write(_ process: ProcessUse, on machine: MachineHealth?) {
    gauge("process_resident_memory_bytes", "Resident memory.", Double(process.residentBytes))
    counter("process_cpu_seconds_total", "Processor time.", [([], process.processorSeconds)])
    gauge("process_open_fds", "Open descriptors.", Double(process.openDescriptors))
    gauge("process_threads", "Threads.", Double(process.threads))
    guard let machine else { return }
    gauge(
      "cupola_temperature_celsius", "What the machine's sensors say.",
      machine.temperatures.map { ([("sensor", $0.sensor)], $0.degrees) })
    gauge(
      "cupola_disk_free_bytes", "Room on the disk of a folder.",
      machine.disks.map { ([("folder", $0.folder)], Double($0.free)) })
    gauge(
      "cupola_disk_size_bytes", "The size of the disk of a folder.",
      machine.disks.map { ([("folder", $0.folder)], Double($0.size)) })
  }
}
