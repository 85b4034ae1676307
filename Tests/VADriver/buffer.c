/// Buffers.
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

#include "driver.h"

static void finish(struct object *object) {
    struct buffer *buffer = (struct buffer *)object;
    if (buffer->memory) memory_release(buffer->memory);
    else free(buffer->data);
    free(buffer);
    status_add(COUNTER_BUFFERS_OPEN, -1);
}

struct buffer *buffer_create(struct driver *driver, VABufferType type, uint32_t size, uint32_t count, const void *data,
                             struct memory *memory) {
    uint64_t total = (uint64_t)size * count;
    if (total > 1u << 30) return NULL;
    struct buffer *buffer = calloc(1, sizeof *buffer);
    if (!buffer) return NULL;
    status_add(COUNTER_BUFFERS_OPEN, 1);
    buffer->type = type;
    buffer->size = size;
    buffer->count = count;
    atomic_store(&buffer->object.references, 1);
    buffer->object.finish = finish;
    if (memory) {
        buffer->memory = memory_retain(memory);
        buffer->data = memory->data;
    } else {
        buffer->data = calloc(1, total ? total : 1);
        if (buffer->data && data) memcpy(buffer->data, data, total);
    }
    if (!buffer->data || !object_insert(&driver->objects, &buffer->object, KIND_BUFFER, finish)) {
        object_release(buffer);
        return NULL;
    }
    return object_retain(buffer);
}

static VAStatus create(VADriverContextP va, VAContextID context, VABufferType type, unsigned int size,
                       unsigned int count, void *data, VABufferID *id) {
    VISIT_DEVICE(va);
    (void)context;
    if (visit.faults.alloc_fails & SCOPE_BUFFERS) return injected(VA_STATUS_ERROR_ALLOCATION_FAILED);
    struct buffer *buffer = buffer_create(visit.driver, type, size, count, data, NULL);
    if (!buffer) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    *id = buffer->object.id;
    object_release(buffer);
    return VA_STATUS_SUCCESS;
}

static VAStatus set_count(VADriverContextP va, VABufferID id, unsigned int count) {
    VISIT_DEVICE(va);
    struct buffer *buffer = object_find(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    VAStatus status = count <= buffer->count ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_PARAMETER;
    if (status == VA_STATUS_SUCCESS) buffer->count = count;
    object_release(buffer);
    return status;
}

static VAStatus map(VADriverContextP va, VABufferID id, void **pointer) {
    VISIT_DEVICE(va);
    struct buffer *buffer = object_find(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    if (visit.faults.upload_refused == UPLOAD_REFUSED_AT_MAPPING && buffer->type == VAImageBufferType &&
        !buffer->readable) {
        object_release(buffer);
        return injected(VA_STATUS_ERROR_OPERATION_FAILED);
    }
    *pointer = buffer->data;
    if (buffer->type == VAEncCodedBufferType) {
        buffer->segment.buf = buffer->data;
        *pointer = &buffer->segment;
    }
    // The table's reference keeps it until the client destroys it.
    object_release(buffer);
    return VA_STATUS_SUCCESS;
}

static VAStatus unmap(VADriverContextP va, VABufferID id) {
    VISIT_DEVICE(va);
    struct buffer *buffer = object_find(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    object_release(buffer);
    return VA_STATUS_SUCCESS;
}

static VAStatus destroy(VADriverContextP va, VABufferID id) {
    VISIT(va);
    struct buffer *buffer = object_remove(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    object_release(buffer);
    return freed(&visit, VA_STATUS_SUCCESS);
}

static VAStatus information(VADriverContextP va, VABufferID id, VABufferType *type, unsigned int *size,
                            unsigned int *count) {
    VISIT_DEVICE(va);
    struct buffer *buffer = object_find(&visit.driver->objects, id, KIND_BUFFER);
    if (!buffer) return VA_STATUS_ERROR_INVALID_BUFFER;
    *type = buffer->type;
    *size = buffer->size;
    *count = buffer->count;
    object_release(buffer);
    return VA_STATUS_SUCCESS;
}

void buffer_entries(struct VADriverVTable *table) {
    table->vaCreateBuffer = create;
    table->vaBufferSetNumElements = set_count;
    table->vaMapBuffer = map;
    table->vaUnmapBuffer = unmap;
    table->vaDestroyBuffer = destroy;
    table->vaBufferInfo = information;
}
