/// NAL units in a byte stream: start codes and emulation prevention (H.264 7.4.1, HEVC 7.4.2).
#pragma once

#include "bytes.h"

static const uint8_t start_code[4] = {0, 0, 0, 1};

/// Appends `rbsp` with emulation prevention. The three bytes before it count: a header and its payload may come apart.
static inline void nal_escape(struct bytes *out, const uint8_t *rbsp, size_t size) {
    int zeros = 0;
    for (size_t i = 0; i < size; i++) {
        if (zeros >= 2 && rbsp[i] <= 3) {
            bytes_append_byte(out, 3);
            zeros = 0;
        }
        bytes_append_byte(out, rbsp[i]);
        zeros = rbsp[i] ? 0 : zeros + 1;
    }
}

/// Takes emulation prevention out of `nal` until `limit` bytes are there; returns how many, and in `consumed` how far
/// into `nal` that was.
static inline size_t nal_unescape(uint8_t *rbsp, size_t limit, const uint8_t *nal, size_t size, size_t *consumed) {
    size_t count = 0, i = 0;
    int zeros = 0;
    for (; i < size && count < limit; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        rbsp[count++] = nal[i];
        zeros = nal[i] ? 0 : zeros + 1;
    }
    if (consumed) *consumed = i;
    return count;
}
