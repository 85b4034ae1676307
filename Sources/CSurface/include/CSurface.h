// Copies between a graphics device's memory and the processor's.

#ifndef CSURFACE_H
#define CSURFACE_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    /// memcpy, row by row: right for memory that the processor caches.
    CSURFACE_PLAIN,
    /// Streaming loads (MOVNTDQA), with which write-combined memory is read a cache line at a time and not a word.
    /// Where the processor has none, the same as CSURFACE_PLAIN.
    CSURFACE_STREAMING,
} csurface_load;

/// Whether CSURFACE_STREAMING is anything of its own on this processor.
int csurface_can_stream(void);

/// Copies `rows` rows of `bytes` bytes. Rows may begin anywhere; nothing beyond them is read or written.
void csurface_copy(csurface_load load, uint8_t *to, ptrdiff_t to_stride, const uint8_t *from, ptrdiff_t from_stride,
                   size_t bytes, size_t rows);

/// Writes `rows` rows of `pairs` Cb, Cr pairs of a byte each, as NV12 has them.
void csurface_interleave(uint8_t *to, ptrdiff_t to_stride, const uint8_t *cb, ptrdiff_t cb_stride, const uint8_t *cr,
                         ptrdiff_t cr_stride, size_t pairs, size_t rows);

#endif
