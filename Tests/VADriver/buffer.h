/// A buffer: parameters and slice data in, coded pictures out, or the memory of an image.
#pragma once

#include <stdbool.h>
#include <va/va.h>

#include "memory.h"
#include "object.h"

struct driver;

struct buffer {
    struct object object;
    VABufferType type;
    uint32_t size; // of an element
    uint32_t count;
    uint8_t *data;
    struct memory *memory;        // of an image; `data` is its
    bool readable;                // an image with a picture in it; one without is mapped to be written
    VACodedBufferSegment segment; // of a coded buffer
};

/// With a reference for the caller besides the table's. `memory` may be NULL; otherwise a reference to it is taken.
struct buffer *buffer_create(struct driver *driver, VABufferType type, uint32_t size, uint32_t count, const void *data,
                             struct memory *memory);
