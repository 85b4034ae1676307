#include "CDTLSClock.h"

#include <stddef.h>
#include <sys/time.h>
#include <time.h>

static _Thread_local long seconds_ahead = 0;

void cdtlsclock_set_ahead(long seconds) { seconds_ahead = seconds; }

// OpenSSL asks nobody else for the time, and offers no way to say what it is. The program's own definition comes before
// the C library's in the order in which libcrypto looks names up.
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec time;
    if (now == NULL || clock_gettime(CLOCK_REALTIME, &time) != 0) return -1;
    now->tv_sec = time.tv_sec + seconds_ahead;
    now->tv_usec = time.tv_nsec / 1000;
    return 0;
}
