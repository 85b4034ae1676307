/// One picture to decode, as vaRenderPicture brought it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "surface.h"

struct slice {
    const void *parameters; // VASliceParameterBuffer of the codec
    const uint8_t *data;
    size_t size;
};

struct picture {
    struct surface *target;
    struct buffer *parameters; // VAPictureParameterBuffer of the codec
    struct buffer *matrix;     // VAIQMatrixBuffer, or NULL
    struct slice *slices;
    int slice_count;
};
