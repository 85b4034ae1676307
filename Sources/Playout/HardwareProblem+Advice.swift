import FFmpeg

extension HardwareProblem {
  /// What is wrong, and what can be done about it.
  package var explanation: String {
    switch self {
    case .noPermission(_, let group):
      "\(description). `sudo usermod -aG \(group) $USER` and a new login join it; for the service: SupplementaryGroups=\(group)"
    case .noDriver: "\(description). Intel: intel-media-va-driver, AMD: mesa-va-drivers"
    case .noDevice, .cannotOpen: description
    }
  }
}
