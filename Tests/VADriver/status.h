/// Counters of the whole process, in a page of text that the file named by `CUPOLA_VA_STATUS` maps.
///
/// A line each: the name and sixteen digits. The first and the last line hold the same number unless a counter was
/// being written: read again then. Counters go on over displays; two processes must not share a file.
#pragma once

#include <stdint.h>

enum counter {
    COUNTER_DISPLAYS_OPEN,
    COUNTER_CONTEXTS_OPEN,
    COUNTER_SURFACES_OPEN,
    COUNTER_SURFACES_PEAK,
    COUNTER_BUFFERS_OPEN,
    COUNTER_IMAGES_OPEN,
    COUNTER_CONTEXTS_MADE,
    COUNTER_SURFACES_MADE,
    COUNTER_DECODED_H264, // in the order of `enum codec_number`
    COUNTER_DECODED_HEVC,
    COUNTER_DECODED_VP8,
    COUNTER_DECODED_VP9,
    COUNTER_DECODED_AV1,
    COUNTER_ENCODED_H264,
    COUNTER_ENCODED_KEY,
    COUNTER_DECODE_ERRORS,
    COUNTER_STALE_REFERENCES,
    COUNTER_DECODER_RESTARTS,
    COUNTER_SYNCS,
    COUNTER_IMAGES_DERIVED,
    COUNTER_IMAGES_READ,
    COUNTER_IMAGES_WRITTEN,
    COUNTER_DESCRIPTORS_EXPORTED,
    COUNTER_FAULTS_INJECTED,
    COUNTER_CPU_NANOSECONDS, // of all calls; of these:
    COUNTER_CPU_DECODING,
    COUNTER_CPU_ENCODING,
    COUNTER_CPU_COPYING,     // vaGetImage and vaPutImage
    COUNTER_COUNT
};

void status_open(void);
void status_add(enum counter counter, int64_t amount);
