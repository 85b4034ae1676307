/// Writes bits, most significant first, with the codes of H.264 (9.1), HEVC (9.2) and AV1 (4.10).
#pragma once

#include "bytes.h"

struct bitwriter {
    struct bytes *bytes;
    uint8_t pending;
    int count; // bits in `pending`, 0 to 7
};

static inline void put_bit(struct bitwriter *writer, unsigned bit) {
    writer->pending = (uint8_t)(writer->pending << 1 | (bit & 1));
    if (++writer->count == 8) {
        bytes_append_byte(writer->bytes, writer->pending);
        writer->pending = 0;
        writer->count = 0;
    }
}

/// u(n)
static inline void put_bits(struct bitwriter *writer, int count, uint32_t value) {
    while (count-- > 0) put_bit(writer, value >> count & 1);
}

/// ue(v)
static inline void put_ue(struct bitwriter *writer, uint32_t value) {
    uint64_t code = (uint64_t)value + 1;
    int length = 0;
    while (code >> (length + 1)) length++;
    put_bits(writer, length, 0);
    for (int bit = length; bit >= 0; bit--) put_bit(writer, (unsigned)(code >> bit & 1));
}

/// se(v)
static inline void put_se(struct bitwriter *writer, int32_t value) {
    put_ue(writer, value > 0 ? (uint32_t)value * 2 - 1 : (uint32_t)-(int64_t)value * 2);
}

/// su(n) of AV1: two's complement in `count` bits.
static inline void put_su(struct bitwriter *writer, int count, int32_t value) {
    put_bits(writer, count, (uint32_t)value & ((1u << count) - 1));
}

/// A one, then zeros up to the byte: rbsp_trailing_bits(), byte_alignment() and AV1's trailing_bits().
static inline void put_trailing_bits(struct bitwriter *writer) {
    put_bit(writer, 1);
    while (writer->count) put_bit(writer, 0);
}

/// Fills up the byte with `bit`.
static inline void put_alignment(struct bitwriter *writer, unsigned bit) {
    while (writer->count) put_bit(writer, bit);
}
