import CupolaConfiguration
import Persistence
import Systemd
import WebServer

/// How far this run has come, and what the next one is to know of it.
struct Life {
  /// The configuration as it was read last; the appliance's own is that of the start.
  var loaded: ApplianceConfiguration
  var saved: SavedState
  var supervisor: Supervisor?
  var probe: HTTPProbe?
  /// The age of the process when a picture had been encoded, and when it was ready; nil before.
  var provenAfter: Double?
  var readyAfter: Double?
}
