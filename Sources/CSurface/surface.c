#include "CSurface.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

// Loads need whole lines, so a row begins and ends with what memcpy does. Eight loads in a row keep a line's fill
// buffer until the line is used up; interleaved with stores it would be given away and the line read again.
__attribute__((target("sse4.1"))) static void stream_row_sse41(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t head = (64 - ((uintptr_t)from & 63)) & 63;
    if (head > bytes) head = bytes;
    memcpy(to, from, head);
    to += head, from += head, bytes -= head;
    for (; bytes >= 128; bytes -= 128, to += 128, from += 128) {
        __m128i line[8];
        for (int i = 0; i < 8; i++) line[i] = _mm_stream_load_si128((__m128i *)(uintptr_t)(from + 16 * i));
        for (int i = 0; i < 8; i++) _mm_storeu_si128((__m128i *)(void *)(to + 16 * i), line[i]);
    }
    memcpy(to, from, bytes);
}

__attribute__((target("avx2"))) static void stream_row_avx2(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t head = (64 - ((uintptr_t)from & 63)) & 63;
    if (head > bytes) head = bytes;
    memcpy(to, from, head);
    to += head, from += head, bytes -= head;
    for (; bytes >= 256; bytes -= 256, to += 256, from += 256) {
        __m256i line[8];
        for (int i = 0; i < 8; i++) line[i] = _mm256_stream_load_si256((const __m256i *)(const void *)(from + 32 * i));
        for (int i = 0; i < 8; i++) _mm256_storeu_si256((__m256i *)(void *)(to + 32 * i), line[i]);
    }
    memcpy(to, from, bytes);
}

typedef void (*row_copy)(uint8_t *, const uint8_t *, size_t);

static row_copy best_stream(void) {
    if (__builtin_cpu_supports("avx2")) return stream_row_avx2;
    if (__builtin_cpu_supports("sse4.1")) return stream_row_sse41;
    return NULL;
}
#else
typedef void (*row_copy)(uint8_t *, const uint8_t *, size_t);

static row_copy best_stream(void) { return NULL; }
#endif

int csurface_can_stream(void) { return best_stream() != NULL; }

void csurface_copy(csurface_load load, uint8_t *to, ptrdiff_t to_stride, const uint8_t *from, ptrdiff_t from_stride,
                   size_t bytes, size_t rows) {
    row_copy stream = load == CSURFACE_STREAMING ? best_stream() : NULL;
    // Weakly ordered: what the device wrote before it was waited for must not be read earlier.
    if (stream) __sync_synchronize();
    if (to_stride == from_stride && to_stride == (ptrdiff_t)bytes) {
        bytes *= rows;
        rows = rows > 0;
    }
    for (; rows > 0; rows--, to += to_stride, from += from_stride) {
        if (stream) {
            stream(to, from, bytes);
        } else {
            memcpy(to, from, bytes);
        }
    }
}

void csurface_interleave(uint8_t *to, ptrdiff_t to_stride, const uint8_t *cb, ptrdiff_t cb_stride, const uint8_t *cr,
                         ptrdiff_t cr_stride, size_t pairs, size_t rows) {
    for (; rows > 0; rows--, to += to_stride, cb += cb_stride, cr += cr_stride) {
        uint8_t *restrict row = to;
        // The compiler's vectors do this at the speed of memory.
        for (size_t i = 0; i < pairs; i++) {
            row[2 * i] = cb[i];
            row[2 * i + 1] = cr[i];
        }
    }
}
