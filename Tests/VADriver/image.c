/// Images: a surface's own memory (derived), or a copy.
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "surface.h"

struct image {
    struct object object;
    struct planes planes;
    struct buffer *buffer;
};

static const VAImageFormat formats[] = {
    {.fourcc = VA_FOURCC_NV12, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 12},
    {.fourcc = VA_FOURCC_P010, .byte_order = VA_LSB_FIRST, .bits_per_pixel = 24},
};

static VAStatus query_formats(VADriverContextP va, VAImageFormat *list, int *count) {
    VISIT_DEVICE(va);
    *count = sizeof formats / sizeof formats[0];
    memcpy(list, formats, sizeof formats);
    return VA_STATUS_SUCCESS;
}

static void finish(struct object *object) {
    struct image *image = (struct image *)object;
    object_release(image->buffer);
    free(image);
    status_add(COUNTER_IMAGES_OPEN, -1);
}

static VAStatus make(struct visit *visit, const struct planes *planes, struct memory *memory, VAImage *out) {
    struct image *image = calloc(1, sizeof *image);
    if (!image) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    image->planes = *planes;
    image->buffer = buffer_create(visit->driver, VAImageBufferType, planes->size, 1, NULL, memory);
    if (!image->buffer) {
        free(image);
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    }
    image->buffer->readable = memory != NULL;
    status_add(COUNTER_IMAGES_OPEN, 1);
    if (!object_insert(&visit->driver->objects, &image->object, KIND_IMAGE, finish)) {
        object_release(object_remove(&visit->driver->objects, image->buffer->object.id, KIND_BUFFER));
        object_release(image);
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    }
    memset(out, 0, sizeof *out);
    out->image_id = image->object.id;
    out->format = formats[planes->fourcc == VA_FOURCC_P010];
    out->buf = image->buffer->object.id;
    out->width = (uint16_t)planes->width;
    out->height = (uint16_t)planes->height;
    out->data_size = planes->size;
    out->num_planes = 2;
    for (int i = 0; i < 2; i++) {
        out->pitches[i] = planes->pitch;
        out->offsets[i] = planes->offsets[i];
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus create(VADriverContextP va, VAImageFormat *format, int width, int height, VAImage *out) {
    VISIT_DEVICE(va);
    if (visit.faults.alloc_fails & SCOPE_IMAGES) return injected(VA_STATUS_ERROR_ALLOCATION_FAILED);
    struct planes planes;
    if (!planes_lay_out(&planes, format->fourcc, width, height, visit.faults.layout))
        return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    return make(&visit, &planes, NULL, out);
}

static VAStatus derive(VADriverContextP va, VASurfaceID id, VAImage *out) {
    VISIT_DEVICE(va);
    if (visit.faults.derive_refused) return injected(VA_STATUS_ERROR_OPERATION_FAILED);
    struct surface *surface = object_find(&visit.driver->objects, id, KIND_SURFACE);
    if (!surface) return VA_STATUS_ERROR_INVALID_SURFACE;
    VAStatus status;
    if (visit.faults.alloc_fails & SCOPE_IMAGES) status = injected(VA_STATUS_ERROR_ALLOCATION_FAILED);
    // Whoever derives an empty surface wants to write there.
    else if (visit.faults.upload_refused && !surface->filled) status = injected(VA_STATUS_ERROR_OPERATION_FAILED);
    else status = make(&visit, &surface->planes, surface->memory, out);
    if (status == VA_STATUS_SUCCESS) status_add(COUNTER_IMAGES_DERIVED, 1);
    object_release(surface);
    return status;
}

static VAStatus destroy(VADriverContextP va, VAImageID id) {
    VISIT(va);
    struct image *image = object_remove(&visit.driver->objects, id, KIND_IMAGE);
    if (!image) return VA_STATUS_ERROR_INVALID_IMAGE;
    object_release(object_remove(&visit.driver->objects, image->buffer->object.id, KIND_BUFFER));
    object_release(image);
    return freed(&visit, VA_STATUS_SUCCESS);
}

static VAStatus set_palette(VADriverContextP va, VAImageID id, unsigned char *palette) {
    (void)va, (void)id, (void)palette;
    return VA_STATUS_ERROR_UNIMPLEMENTED;
}

/// Copies a region from one pair of planes to another of the same format.
static VAStatus copy(uint8_t *to, const struct planes *to_planes, int to_x, int to_y, const uint8_t *from,
                     const struct planes *from_planes, int from_x, int from_y, int width, int height) {
    if (to_planes->fourcc != from_planes->fourcc) return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    int places = to_x | to_y | from_x | from_y;
    if (width < 0 || height < 0 || places < 0 || places & 1 || to_x + width > to_planes->width ||
        to_y + height > to_planes->height || from_x + width > from_planes->width ||
        from_y + height > from_planes->height)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    int bytes = planes_sample_bytes(to_planes);
    for (int plane = 0; plane < 2; plane++) {
        int down = plane;
        size_t row = (size_t)((width + down) >> down << down) * (size_t)bytes;
        for (int y = 0; y < (height + down) >> down; y++) {
            memcpy(to + to_planes->offsets[plane] + (size_t)((to_y >> down) + y) * to_planes->pitch +
                       (size_t)(to_x * bytes),
                   from + from_planes->offsets[plane] + (size_t)((from_y >> down) + y) * from_planes->pitch +
                       (size_t)(from_x * bytes),
                   row);
        }
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus get(VADriverContextP va, VASurfaceID surface_id, int x, int y, unsigned int width, unsigned int height,
                    VAImageID image_id) {
    VISIT_DEVICE(va);
    visit.share = COUNTER_CPU_COPYING;
    struct surface *surface = object_find(&visit.driver->objects, surface_id, KIND_SURFACE);
    struct image *image = object_find(&visit.driver->objects, image_id, KIND_IMAGE);
    VAStatus status = !surface ? VA_STATUS_ERROR_INVALID_SURFACE
                      : !image ? VA_STATUS_ERROR_INVALID_IMAGE
                               : copy(image->buffer->data, &image->planes, 0, 0, surface->memory->data,
                                      &surface->planes, x, y, (int)width, (int)height);
    if (status == VA_STATUS_SUCCESS) {
        image->buffer->readable = true;
        status_add(COUNTER_IMAGES_READ, 1);
    }
    object_release(surface);
    object_release(image);
    return status;
}

static VAStatus put(VADriverContextP va, VASurfaceID surface_id, VAImageID image_id, int src_x, int src_y,
                    unsigned int src_width, unsigned int src_height, int dest_x, int dest_y, unsigned int dest_width,
                    unsigned int dest_height) {
    VISIT_DEVICE(va);
    visit.share = COUNTER_CPU_COPYING;
    if (visit.faults.upload_refused) return injected(VA_STATUS_ERROR_OPERATION_FAILED);
    if (src_width != dest_width || src_height != dest_height) return VA_STATUS_ERROR_INVALID_PARAMETER;
    struct surface *surface = object_find(&visit.driver->objects, surface_id, KIND_SURFACE);
    struct image *image = object_find(&visit.driver->objects, image_id, KIND_IMAGE);
    VAStatus status = !surface ? VA_STATUS_ERROR_INVALID_SURFACE
                      : !image ? VA_STATUS_ERROR_INVALID_IMAGE
                               : copy(surface->memory->data, &surface->planes, dest_x, dest_y, image->buffer->data,
                                      &image->planes, src_x, src_y, (int)src_width, (int)src_height);
    if (status == VA_STATUS_SUCCESS) {
        surface_forget(surface);
        surface->filled = true;
        status_add(COUNTER_IMAGES_WRITTEN, 1);
    }
    object_release(surface);
    object_release(image);
    return status;
}

void image_entries(struct VADriverVTable *table) {
    table->vaQueryImageFormats = query_formats;
    table->vaCreateImage = create;
    table->vaDeriveImage = derive;
    table->vaDestroyImage = destroy;
    table->vaSetImagePalette = set_palette;
    table->vaGetImage = get;
    table->vaPutImage = put;
}
