/// Reads bits, most significant first. Beyond the end it reads zeros and says so.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bitreader {
    const uint8_t *data;
    size_t size;     // in bytes
    size_t position; // in bits
    int overrun;
};

static inline unsigned get_bit(struct bitreader *reader) {
    if (reader->position >= reader->size * 8) {
        reader->overrun = 1;
        return 0;
    }
    unsigned bit = reader->data[reader->position >> 3] >> (7 - (reader->position & 7)) & 1;
    reader->position++;
    return bit;
}

static inline uint32_t get_bits(struct bitreader *reader, int count) {
    uint32_t value = 0;
    while (count-- > 0) value = value << 1 | get_bit(reader);
    return value;
}

static inline uint32_t get_ue(struct bitreader *reader) {
    int zeros = 0;
    while (!get_bit(reader)) {
        if (reader->overrun || ++zeros > 31) {
            reader->overrun = 1;
            return 0;
        }
    }
    return (uint32_t)((1ull << zeros) - 1) + get_bits(reader, zeros);
}

static inline int32_t get_se(struct bitreader *reader) {
    uint32_t code = get_ue(reader);
    return code & 1 ? (int32_t)(code / 2 + 1) : -(int32_t)(code / 2);
}
