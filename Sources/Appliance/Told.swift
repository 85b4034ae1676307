import Health
import SansIO
import Signalling

/// What everyone has been told, and what goes into that.
struct Told {
  var state: ApplianceState
  var notice: String?
  var activity = Activity()
  var framerate = FramerateMeter()
  /// Where other machines reach this one, as of the last look; nil: every address is configured, or there was no look.
  var addresses: [IPAddress]?
}
