/// A surface: a picture in NV12 or P010.
#pragma once

#include <libavutil/frame.h>
#include <stdbool.h>
#include <va/va.h>

#include "driver.h"
#include "memory.h"

struct decoder;

/// Where the two planes are.
struct planes {
    uint32_t fourcc;
    int width, height;
    uint32_t pitch; // of both planes
    uint32_t offsets[2];
    uint32_t size;
};

struct surface {
    struct object object;
    struct driver *driver;
    struct planes planes;
    struct memory *memory;
    bool filled; // there is a picture in it
    // Whose decoder made the picture and what the client called it: a reference to it is checked against that.
    struct decoder *decoder;
    int order[2];
};

/// False for a format that there is not.
bool planes_lay_out(struct planes *planes, uint32_t fourcc, int width, int height, enum layout layout);

static inline uint8_t *surface_plane(const struct surface *surface, int plane) {
    return surface->memory->data + surface->planes.offsets[plane];
}

static inline int planes_sample_bytes(const struct planes *planes) { return planes->fourcc == VA_FOURCC_P010 ? 2 : 1; }

/// Forgets which decoder filled it: something else was written there.
void surface_forget(struct surface *surface);

/// Copies a decoded frame: 4:2:0 planes of 8 bits into NV12, of 10 bits into P010.
bool surface_fill(struct surface *surface, const AVFrame *frame);
