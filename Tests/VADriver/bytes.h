/// A byte string that grows: a bitstream as it is put together.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
    int failed; // an allocation was refused: the content is not to be used
};

static inline void bytes_clear(struct bytes *bytes) {
    bytes->size = 0;
    bytes->failed = 0;
}

static inline void bytes_free(struct bytes *bytes) {
    free(bytes->data);
    *bytes = (struct bytes){0};
}

/// Room for `count` more bytes; NULL when there is no memory.
static inline uint8_t *bytes_grow(struct bytes *bytes, size_t count) {
    if (bytes->size + count > bytes->capacity) {
        size_t capacity = bytes->capacity ? bytes->capacity : 4096;
        while (capacity < bytes->size + count) capacity *= 2;
        uint8_t *data = realloc(bytes->data, capacity);
        if (!data) {
            bytes->failed = 1;
            return NULL;
        }
        bytes->data = data;
        bytes->capacity = capacity;
    }
    bytes->size += count;
    return bytes->data + bytes->size - count;
}

static inline void bytes_append(struct bytes *bytes, const void *source, size_t count) {
    if (!count) return;
    uint8_t *room = bytes_grow(bytes, count);
    if (room) memcpy(room, source, count);
}

static inline void bytes_append_byte(struct bytes *bytes, uint8_t value) { bytes_append(bytes, &value, 1); }
