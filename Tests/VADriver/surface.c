/// Surfaces.
#include "surface.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <va/va_drmcommon.h>

#include "config.h"
#include "decoder.h"

static uint32_t align(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

bool planes_lay_out(struct planes *planes, uint32_t fourcc, int width, int height, enum layout layout) {
    if (fourcc != VA_FOURCC_NV12 && fourcc != VA_FOURCC_P010) return false;
    if (width < 1 || height < 1 || width > 16384 || height > 16384) return false;
    *planes = (struct planes){.fourcc = fourcc, .width = width, .height = height};
    uint32_t row = align((uint32_t)width, 2) * (uint32_t)planes_sample_bytes(planes);
    uint32_t rows = align((uint32_t)height, 16), gap = 0;
    planes->pitch = align(row, 64);
    switch (layout) {
    case LAYOUT_PLAIN: break;
    case LAYOUT_PITCH2X: planes->pitch *= 2; break;
    case LAYOUT_TIGHT:
        planes->pitch = row;
        rows = align((uint32_t)height, 2);
        break;
    case LAYOUT_SHIFTED:
        planes->pitch += 128;
        planes->offsets[0] = 4096 + 64;
        gap = 5;
        break;
    }
    planes->offsets[1] = planes->offsets[0] + planes->pitch * (rows + gap);
    planes->size = planes->offsets[1] + planes->pitch * (rows / 2);
    return true;
}

void surface_forget(struct surface *surface) {
    decoder_release(surface->decoder);
    surface->decoder = NULL;
}

static void interleave(uint8_t *restrict out, const uint8_t *restrict u, const uint8_t *restrict v, int count) {
    for (int i = 0; i < count; i++) {
        out[2 * i] = u[i];
        out[2 * i + 1] = v[i];
    }
}

static void raise_samples(uint16_t *restrict out, const uint16_t *restrict in, int count) {
    for (int i = 0; i < count; i++) out[i] = (uint16_t)(in[i] << 6);
}

static void interleave_raised(uint16_t *restrict out, const uint16_t *restrict u, const uint16_t *restrict v,
                              int count) {
    for (int i = 0; i < count; i++) {
        out[2 * i] = (uint16_t)(u[i] << 6);
        out[2 * i + 1] = (uint16_t)(v[i] << 6);
    }
}

bool surface_fill(struct surface *surface, const AVFrame *frame) {
    const struct planes *planes = &surface->planes;
    bool wide = planes->fourcc == VA_FOURCC_P010, gray = false;
    switch (frame->format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
        if (wide) return false;
        break;
    case AV_PIX_FMT_GRAY8:
        if (wide) return false;
        gray = true;
        break;
    case AV_PIX_FMT_YUV420P10:
        if (!wide) return false;
        break;
    case AV_PIX_FMT_GRAY10:
        if (!wide) return false;
        gray = true;
        break;
    default: return false;
    }
    int width = frame->width < planes->width ? frame->width : planes->width;
    int height = frame->height < planes->height ? frame->height : planes->height;
    uint8_t *luma = surface_plane(surface, 0), *chroma = surface_plane(surface, 1);
    for (int y = 0; y < height; y++, luma += planes->pitch) {
        const uint8_t *in = frame->data[0] + y * frame->linesize[0];
        if (wide) raise_samples((uint16_t *)luma, (const uint16_t *)in, width);
        else memcpy(luma, in, (size_t)width);
    }
    int pairs = (width + 1) / 2;
    for (int y = 0; y < (height + 1) / 2; y++, chroma += planes->pitch) {
        if (gray) {
            for (int i = 0; i < pairs * 2; i++) {
                if (wide) ((uint16_t *)chroma)[i] = 512 << 6;
                else chroma[i] = 128;
            }
            continue;
        }
        const uint8_t *u = frame->data[1] + y * frame->linesize[1], *v = frame->data[2] + y * frame->linesize[2];
        if (wide) interleave_raised((uint16_t *)chroma, (const uint16_t *)u, (const uint16_t *)v, pairs);
        else interleave(chroma, u, v, pairs);
    }
    surface->filled = true;
    return true;
}

static void finish(struct object *object) {
    struct surface *surface = (struct surface *)object;
    surface_forget(surface);
    memory_release(surface->memory);
    atomic_fetch_sub(&surface->driver->surfaces, 1);
    status_add(COUNTER_SURFACES_OPEN, -1);
    free(surface);
}

static VAStatus create_one(struct visit *visit, uint32_t fourcc, int width, int height, VASurfaceID *id) {
    struct driver *driver = visit->driver;
    if (visit->faults.alloc_fails & SCOPE_SURFACES) return injected(VA_STATUS_ERROR_ALLOCATION_FAILED);
    if (visit->faults.few_surfaces >= 0 && atomic_load(&driver->surfaces) >= visit->faults.few_surfaces)
        return injected(VA_STATUS_ERROR_ALLOCATION_FAILED);
    struct surface *surface = calloc(1, sizeof *surface);
    if (!surface) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    surface->driver = driver;
    if (!planes_lay_out(&surface->planes, fourcc, width, height, visit->faults.layout)) {
        free(surface);
        return VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT;
    }
    surface->memory = memory_create(surface->planes.size);
    if (!surface->memory) {
        free(surface);
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    }
    atomic_fetch_add(&driver->surfaces, 1);
    status_add(COUNTER_SURFACES_OPEN, 1);
    status_add(COUNTER_SURFACES_MADE, 1);
    *id = object_insert(&driver->objects, &surface->object, KIND_SURFACE, finish);
    if (*id) return VA_STATUS_SUCCESS;
    object_release(surface);
    return VA_STATUS_ERROR_ALLOCATION_FAILED;
}

static VAStatus create_with_attributes(VADriverContextP va, unsigned int format, unsigned int width,
                                       unsigned int height, VASurfaceID *ids, unsigned int count,
                                       VASurfaceAttrib *list, unsigned int list_count) {
    VISIT_DEVICE(va);
    uint32_t fourcc = format & VA_RT_FORMAT_YUV420      ? VA_FOURCC_NV12
                      : format & VA_RT_FORMAT_YUV420_10 ? VA_FOURCC_P010
                                                        : 0;
    for (unsigned i = 0; i < list_count; i++) {
        if (!(list[i].flags & VA_SURFACE_ATTRIB_SETTABLE)) continue;
        if (list[i].type == VASurfaceAttribPixelFormat) fourcc = (uint32_t)list[i].value.value.i;
        if (list[i].type == VASurfaceAttribMemoryType && list[i].value.value.i != VA_SURFACE_ATTRIB_MEM_TYPE_VA)
            return VA_STATUS_ERROR_UNSUPPORTED_MEMORY_TYPE;
        if (list[i].type == VASurfaceAttribExternalBufferDescriptor && list[i].value.value.p)
            return VA_STATUS_ERROR_ATTR_NOT_SUPPORTED;
    }
    if (!fourcc) return VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT;
    if (width > (unsigned)visit.faults.max_width || height > (unsigned)visit.faults.max_height)
        return injected(VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED);
    for (unsigned i = 0; i < count; i++) {
        VAStatus status = create_one(&visit, fourcc, (int)width, (int)height, &ids[i]);
        if (status == VA_STATUS_SUCCESS) continue;
        while (i-- > 0) object_release(object_remove(&visit.driver->objects, ids[i], KIND_SURFACE));
        return status;
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus create(VADriverContextP va, int width, int height, int format, int count, VASurfaceID *ids) {
    return create_with_attributes(va, (unsigned)format, (unsigned)width, (unsigned)height, ids, (unsigned)count, NULL,
                                  0);
}

static VAStatus destroy(VADriverContextP va, VASurfaceID *ids, int count) {
    VISIT(va);
    VAStatus status = VA_STATUS_SUCCESS;
    for (int i = 0; i < count; i++) {
        struct surface *surface = object_remove(&visit.driver->objects, ids[i], KIND_SURFACE);
        if (!surface) status = VA_STATUS_ERROR_INVALID_SURFACE;
        object_release(surface);
    }
    return freed(&visit, status);
}

static VAStatus query_attributes(VADriverContextP va, VAConfigID id, VASurfaceAttrib *list, unsigned int *count) {
    VISIT_DEVICE(va);
    struct config *config = object_find(&visit.driver->objects, id, KIND_CONFIG);
    if (!config) return VA_STATUS_ERROR_INVALID_CONFIG;
    VASurfaceAttrib all[8];
    unsigned total = 0;
    const uint32_t both = VA_SURFACE_ATTRIB_GETTABLE | VA_SURFACE_ATTRIB_SETTABLE;
#define ADD(kind, access, number) \
    all[total++] = (VASurfaceAttrib){kind, access, {.type = VAGenericValueTypeInteger, .value.i = (int)(number)}}
    if (config->format & VA_RT_FORMAT_YUV420) ADD(VASurfaceAttribPixelFormat, both, VA_FOURCC_NV12);
    if (config->format & VA_RT_FORMAT_YUV420_10) ADD(VASurfaceAttribPixelFormat, both, VA_FOURCC_P010);
    ADD(VASurfaceAttribMinWidth, VA_SURFACE_ATTRIB_GETTABLE, 16);
    ADD(VASurfaceAttribMaxWidth, VA_SURFACE_ATTRIB_GETTABLE, visit.faults.max_width);
    ADD(VASurfaceAttribMinHeight, VA_SURFACE_ATTRIB_GETTABLE, 16);
    ADD(VASurfaceAttribMaxHeight, VA_SURFACE_ATTRIB_GETTABLE, visit.faults.max_height);
    ADD(VASurfaceAttribMemoryType, both, VA_SURFACE_ATTRIB_MEM_TYPE_VA);
#undef ADD
    object_release(config);
    unsigned room = *count;
    *count = total;
    if (!list) return VA_STATUS_SUCCESS;
    if (room < total) return VA_STATUS_ERROR_MAX_NUM_EXCEEDED;
    memcpy(list, all, total * sizeof *list);
    return VA_STATUS_SUCCESS;
}

/// Pictures are ready when vaEndPicture returns. What can take time, or for ever, is a fault.
static VAStatus wait(struct visit *visit, uint64_t timeout) {
    status_add(COUNTER_SYNCS, 1);
    if (visit->faults.slow_sync > 0) {
        status_add(COUNTER_FAULTS_INJECTED, 1);
        uint64_t delay = (uint64_t)visit->faults.slow_sync * 1000000;
        bool late = delay > timeout;
        if (late) delay = timeout;
        nanosleep(&(struct timespec){(time_t)(delay / 1000000000), (long)(delay % 1000000000)}, NULL);
        if (late) return VA_STATUS_ERROR_TIMEDOUT;
    }
    if (visit->faults.hang_sync) status_add(COUNTER_FAULTS_INJECTED, 1);
    const uint64_t step = 2000000;
    for (uint64_t waited = 0; faults_now(&visit->driver->faults).hang_sync; waited += step) {
        if (atomic_load(&visit->driver->closing)) return VA_STATUS_ERROR_OPERATION_FAILED;
        if (waited >= timeout) return VA_STATUS_ERROR_TIMEDOUT;
        nanosleep(&(struct timespec){.tv_nsec = (long)step}, NULL);
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus sync_with_timeout(VADriverContextP va, VASurfaceID id, uint64_t timeout) {
    VISIT_DEVICE(va);
    struct surface *surface = object_find(&visit.driver->objects, id, KIND_SURFACE);
    if (!surface) return VA_STATUS_ERROR_INVALID_SURFACE;
    object_release(surface);
    return wait(&visit, timeout);
}

static VAStatus sync_surface(VADriverContextP va, VASurfaceID id) { return sync_with_timeout(va, id, UINT64_MAX); }

static VAStatus sync_buffer(VADriverContextP va, VABufferID id, uint64_t timeout) {
    VISIT_DEVICE(va);
    struct object *buffer = object_find(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    object_release(buffer);
    return wait(&visit, timeout);
}

static VAStatus query_status(VADriverContextP va, VASurfaceID id, VASurfaceStatus *status) {
    VISIT_DEVICE(va);
    struct surface *surface = object_find(&visit.driver->objects, id, KIND_SURFACE);
    if (!surface) return VA_STATUS_ERROR_INVALID_SURFACE;
    object_release(surface);
    *status = visit.faults.hang_sync ? VASurfaceRendering : VASurfaceReady;
    return VA_STATUS_SUCCESS;
}

static VAStatus query_error(VADriverContextP va, VASurfaceID id, VAStatus status, void **information) {
    (void)va, (void)id, (void)status, (void)information;
    return VA_STATUS_ERROR_UNIMPLEMENTED;
}

static uint32_t drm_format(char a, char b, char c, char d) {
    return (uint32_t)a | (uint32_t)b << 8 | (uint32_t)c << 16 | (uint32_t)d << 24;
}

static VAStatus export_handle(VADriverContextP va, VASurfaceID id, uint32_t memory_type, uint32_t flags,
                              void *descriptor) {
    VISIT_DEVICE(va);
    if (memory_type != VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME_2) return VA_STATUS_ERROR_UNSUPPORTED_MEMORY_TYPE;
    if (visit.faults.export_refused) return injected(VA_STATUS_ERROR_OPERATION_FAILED);
    struct surface *surface = object_find(&visit.driver->objects, id, KIND_SURFACE);
    if (!surface) return VA_STATUS_ERROR_INVALID_SURFACE;
    const struct planes *planes = &surface->planes;
    VADRMPRIMESurfaceDescriptor *out = descriptor;
    int file = fcntl(surface->memory->file, F_DUPFD_CLOEXEC, 3);
    if (file < 0) {
        object_release(surface);
        return VA_STATUS_ERROR_OPERATION_FAILED;
    }
    memset(out, 0, sizeof *out);
    out->fourcc = planes->fourcc;
    out->width = (uint32_t)planes->width;
    out->height = (uint32_t)planes->height;
    out->num_objects = 1;
    out->objects[0].fd = file; // the caller's, to close
    out->objects[0].size = planes->size;
    out->objects[0].drm_format_modifier = 0; // linear
    bool wide = planes->fourcc == VA_FOURCC_P010;
    if (flags & VA_EXPORT_SURFACE_COMPOSED_LAYERS) {
        out->num_layers = 1;
        out->layers[0].drm_format = wide ? drm_format('P', '0', '1', '0') : drm_format('N', 'V', '1', '2');
        out->layers[0].num_planes = 2;
        for (int i = 0; i < 2; i++) {
            out->layers[0].offset[i] = planes->offsets[i];
            out->layers[0].pitch[i] = planes->pitch;
        }
    } else {
        out->num_layers = 2;
        for (int i = 0; i < 2; i++) {
            out->layers[i].num_planes = 1;
            out->layers[i].offset[0] = planes->offsets[i];
            out->layers[i].pitch[0] = planes->pitch;
        }
        out->layers[0].drm_format = wide ? drm_format('R', '1', '6', ' ') : drm_format('R', '8', ' ', ' ');
        out->layers[1].drm_format = wide ? drm_format('G', 'R', '3', '2') : drm_format('G', 'R', '8', '8');
    }
    object_release(surface);
    status_add(COUNTER_DESCRIPTORS_EXPORTED, 1);
    return VA_STATUS_SUCCESS;
}

void surface_entries(struct VADriverVTable *table) {
    table->vaCreateSurfaces = create;
    table->vaCreateSurfaces2 = create_with_attributes;
    table->vaDestroySurfaces = destroy;
    table->vaQuerySurfaceAttributes = query_attributes;
    table->vaSyncSurface = sync_surface;
    table->vaSyncSurface2 = sync_with_timeout;
    table->vaSyncBuffer = sync_buffer;
    table->vaQuerySurfaceStatus = query_status;
    table->vaQuerySurfaceError = query_error;
    table->vaExportSurfaceHandle = export_handle;
}
