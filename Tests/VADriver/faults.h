/// Faults on request.
///
/// Two sources, the second on top of the first: the environment's `CUPOLA_VA_FAULT` (`name value; name value`), read
/// when the driver is loaded, and the file that `CUPOLA_VA_FAULTS` names (a line for each `name value`, `#` begins a
/// comment), looked at again at every call. Replace that file by rename: a change of inode, size or time is what is
/// noticed. The file need not exist.
#pragma once

#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>

enum fault_scope {
    SCOPE_SURFACES = 1,
    SCOPE_BUFFERS = 2,
    SCOPE_IMAGES = 4,
    SCOPE_DECODE = 8,
    SCOPE_ENCODE = 16,
};

// libavutil only logs a vaPutImage that fails, so that a client never hears of `late`.
enum upload { UPLOAD_WORKS, UPLOAD_REFUSED_AT_MAPPING, UPLOAD_REFUSED_LATE };

enum layout { LAYOUT_PLAIN, LAYOUT_PITCH2X, LAYOUT_TIGHT, LAYOUT_SHIFTED };

/// What is wrong right now.
struct faults {
    uint32_t missing_profiles; // profile-missing NAME: bits by index into `profiles`
    int max_width, max_height; // max-size WxH
    int context_refused;       // context-refused [decode|encode]: scopes
    int few_surfaces;          // few-surfaces N: -1 is no limit
    int64_t error_from;        // decode-error-from N, pictures of a context from 0: -1 is none
    int64_t encode_error_from; // encode-error-from N, likewise
    int slow_sync;             // slow-sync MS
    int hang_sync;             // hang-sync
    int upload_refused;        // upload-refused [late]: UPLOAD_ values
    enum layout layout;        // layout pitch2x|tight|shifted, of surfaces made from now on
    int alloc_fails;           // alloc-fails [surfaces|buffers|images]: scopes
    int64_t flip_bit;          // flip-bit [N]: -1 none, -2 every picture
    int derive_refused;        // derive-refused
    int export_refused;        // export-refused
    int device_lost;           // device-lost
    int low_power_only;        // low-power-only
    int encode_missing;        // encode-missing
    int packed_headers_none;   // packed-headers-none
    uint32_t rate_controls;    // rate-control cqp|cbr|vbr: VA_RC_ bits; 0 is all
};

struct fault_source {
    pthread_mutex_t lock;
    char *path;
    struct stat seen;
    int seen_valid;
    struct faults base; // from the environment
    struct faults now;
};

void fault_source_init(struct fault_source *source);
void fault_source_finish(struct fault_source *source);

/// Looks at the file if it has changed.
struct faults faults_now(struct fault_source *source);
