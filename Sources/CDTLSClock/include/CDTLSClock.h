// The clock that OpenSSL's DTLS timers run by, put under the control of whoever calls OpenSSL.
#pragma once

/// From now on OpenSSL sees the wall clock `seconds` ahead on this thread; 0 shows it as it is.
void cdtlsclock_set_ahead(long seconds);
