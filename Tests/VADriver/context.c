/// Contexts: pictures begin, get their buffers, and are decoded or encoded when they end.
#include "config.h"
#include "decoder.h"
#include "driver.h"
#include "encoder.h"
#include "picture.h"

struct context {
    struct object object;
    pthread_mutex_t lock; // one picture at a time; other contexts go on
    struct config *config;
    struct decoder *decoder;
    struct encoder *encoder;
    struct picture picture;
    struct buffer *slice_parameters; // until their data comes
    struct buffer **held;            // until the picture ends: clients may destroy buffers once they are rendered
    int held_count;
    int64_t pictures;
};

static void end_picture(struct context *context) {
    for (int i = 0; i < context->held_count; i++) object_release(context->held[i]);
    free(context->held);
    free(context->picture.slices);
    object_release(context->picture.target);
    context->held = NULL;
    context->held_count = 0;
    context->slice_parameters = NULL;
    context->picture = (struct picture){0};
}

static void finish(struct object *object) {
    struct context *context = (struct context *)object;
    end_picture(context);
    if (context->decoder) atomic_store(&context->decoder->owned, false);
    decoder_release(context->decoder);
    encoder_destroy(context->encoder);
    object_release(context->config);
    pthread_mutex_destroy(&context->lock);
    free(context);
    status_add(COUNTER_CONTEXTS_OPEN, -1);
}

static VAStatus create(VADriverContextP va, VAConfigID config_id, int width, int height, int flag,
                       VASurfaceID *targets, int target_count, VAContextID *id) {
    VISIT_DEVICE(va);
    (void)flag, (void)targets, (void)target_count;
    struct config *config = object_find(&visit.driver->objects, config_id, KIND_CONFIG);
    if (!config) return VA_STATUS_ERROR_INVALID_CONFIG;
    VAStatus status = VA_STATUS_ERROR_ALLOCATION_FAILED;
    struct context *context = NULL;
    if (visit.faults.context_refused & (config_encodes(config) ? SCOPE_ENCODE : SCOPE_DECODE)) {
        status = injected(VA_STATUS_ERROR_OPERATION_FAILED);
        goto failed;
    }
    if (width > visit.faults.max_width || height > visit.faults.max_height) {
        status = injected(VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED);
        goto failed;
    }
    context = calloc(1, sizeof *context);
    if (!context) goto failed;
    if (config_encodes(config)) context->encoder = encoder_create(config, width, height);
    else context->decoder = decoder_create(config->profile->codec);
    if (!context->encoder && !context->decoder) goto failed;
    context->config = config;
    pthread_mutex_init(&context->lock, NULL);
    status_add(COUNTER_CONTEXTS_OPEN, 1);
    status_add(COUNTER_CONTEXTS_MADE, 1);
    *id = object_insert(&visit.driver->objects, &context->object, KIND_CONTEXT, finish);
    if (*id) return VA_STATUS_SUCCESS;
    object_release(context);
    return VA_STATUS_ERROR_ALLOCATION_FAILED;
failed:
    free(context);
    object_release(config);
    return status;
}

static VAStatus destroy(VADriverContextP va, VAContextID id) {
    VISIT(va);
    struct context *context = object_remove(&visit.driver->objects, id, KIND_CONTEXT);
    if (!context) return VA_STATUS_ERROR_INVALID_CONTEXT;
    object_release(context);
    return freed(&visit, VA_STATUS_SUCCESS);
}

static VAStatus begin(VADriverContextP va, VAContextID id, VASurfaceID target) {
    VISIT_DEVICE(va);
    struct context *context = object_find(&visit.driver->objects, id, KIND_CONTEXT);
    if (!context) return VA_STATUS_ERROR_INVALID_CONTEXT;
    VAStatus status = VA_STATUS_SUCCESS;
    pthread_mutex_lock(&context->lock);
    end_picture(context);
    context->picture.target = object_find(&visit.driver->objects, target, KIND_SURFACE);
    if (!context->picture.target) status = VA_STATUS_ERROR_INVALID_SURFACE;
    else if (context->encoder) encoder_begin(context->encoder);
    pthread_mutex_unlock(&context->lock);
    object_release(context);
    return status;
}

/// The slices of which the parameters are in one buffer and the data in another.
static VAStatus add_slices(struct context *context, const struct buffer *parameters, const struct buffer *data) {
    struct picture *picture = &context->picture;
    if (parameters->size < sizeof(VASliceParameterBufferBase)) return VA_STATUS_ERROR_INVALID_BUFFER;
    struct slice *slices =
        realloc(picture->slices, (size_t)(picture->slice_count + (int)parameters->count) * sizeof *slices);
    if (!slices) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    picture->slices = slices;
    uint64_t available = (uint64_t)data->size * data->count;
    for (uint32_t i = 0; i < parameters->count; i++) {
        const VASliceParameterBufferBase *base = (const void *)(parameters->data + (size_t)i * parameters->size);
        if ((uint64_t)base->slice_data_offset + base->slice_data_size > available)
            return VA_STATUS_ERROR_INVALID_BUFFER;
        slices[picture->slice_count++] =
            (struct slice){base, data->data + base->slice_data_offset, base->slice_data_size};
    }
    return VA_STATUS_SUCCESS;
}

static VAStatus render_for_decoder(struct context *context, struct buffer *buffer) {
    switch (buffer->type) {
    case VAPictureParameterBufferType: context->picture.parameters = buffer; return VA_STATUS_SUCCESS;
    case VAIQMatrixBufferType: context->picture.matrix = buffer; return VA_STATUS_SUCCESS;
    case VAProbabilityBufferType: return VA_STATUS_SUCCESS; // VP8's; they are in the frame's own header, too
    case VASliceParameterBufferType: context->slice_parameters = buffer; return VA_STATUS_SUCCESS;
    case VASliceDataBufferType:
        return context->slice_parameters ? add_slices(context, context->slice_parameters, buffer)
                                         : VA_STATUS_ERROR_INVALID_BUFFER;
    default: return VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE;
    }
}

static VAStatus render(VADriverContextP va, VAContextID id, VABufferID *ids, int count) {
    VISIT_DEVICE(va);
    struct context *context = object_find(&visit.driver->objects, id, KIND_CONTEXT);
    if (!context) return VA_STATUS_ERROR_INVALID_CONTEXT;
    VAStatus status = VA_STATUS_SUCCESS;
    pthread_mutex_lock(&context->lock);
    struct buffer **held =
        realloc(context->held, (size_t)(context->held_count + count + 1) * sizeof(struct buffer *));
    if (!held) status = VA_STATUS_ERROR_ALLOCATION_FAILED;
    else context->held = held;
    for (int i = 0; i < count && status == VA_STATUS_SUCCESS; i++) {
        struct buffer *buffer = object_find(&visit.driver->objects, ids[i], KIND_BUFFER);
        if (!buffer) {
            status = VA_STATUS_ERROR_INVALID_BUFFER;
            break;
        }
        held[context->held_count++] = buffer;
        status = context->encoder ? encoder_render(context->encoder, buffer) : render_for_decoder(context, buffer);
    }
    pthread_mutex_unlock(&context->lock);
    object_release(context);
    return status;
}

/// One bit of the picture's middle, the lowest that counts.
static void flip_bit(struct surface *surface) {
    const struct planes *planes = &surface->planes;
    int bytes = planes_sample_bytes(planes);
    uint8_t *sample = surface_plane(surface, 0) + (size_t)(planes->height / 2) * planes->pitch +
                      (size_t)(planes->width / 2 * bytes);
    *sample ^= bytes == 2 ? 1 << 6 : 1;
}

static VAStatus decode(struct context *context, struct visit *visit, int64_t number) {
    const struct faults *faults = &visit->faults;
    // The decoder goes on behind a refused picture, so that the fault ends when it is taken away.
    bool refused = faults->error_from >= 0 && number >= faults->error_from;
    enum decoded decoded = decoder_decode(&context->decoder, visit->driver, &context->picture, refused);
    if (refused) {
        status_add(COUNTER_DECODE_ERRORS, 1);
        return injected(VA_STATUS_ERROR_DECODING_ERROR);
    }
    if (decoded != DECODED) {
        status_add(COUNTER_DECODE_ERRORS, 1);
        return decoded == DECODE_NO_MEMORY ? VA_STATUS_ERROR_ALLOCATION_FAILED : VA_STATUS_ERROR_DECODING_ERROR;
    }
    if (faults->flip_bit == -2 || faults->flip_bit == number) {
        flip_bit(context->picture.target);
        status_add(COUNTER_FAULTS_INJECTED, 1);
    }
    status_add(COUNTER_DECODED_H264 + context->config->profile->codec, 1);
    return VA_STATUS_SUCCESS;
}

static VAStatus end(VADriverContextP va, VAContextID id) {
    VISIT_DEVICE(va);
    struct context *context = object_find(&visit.driver->objects, id, KIND_CONTEXT);
    if (!context) return VA_STATUS_ERROR_INVALID_CONTEXT;
    visit.share = context->encoder ? COUNTER_CPU_ENCODING : COUNTER_CPU_DECODING;
    pthread_mutex_lock(&context->lock);
    VAStatus status = VA_STATUS_ERROR_OPERATION_FAILED;
    int64_t number = context->pictures++;
    bool refused = context->encoder && visit.faults.encode_error_from >= 0 &&
                   number >= visit.faults.encode_error_from;
    if (context->picture.target && refused) {
        status = injected(VA_STATUS_ERROR_ENCODING_ERROR);
    } else if (context->picture.target) {
        status = context->encoder ? encoder_encode(context->encoder, visit.driver, context->picture.target)
                                  : decode(context, &visit, number);
    }
    end_picture(context);
    pthread_mutex_unlock(&context->lock);
    object_release(context);
    return status;
}

void context_entries(struct VADriverVTable *table) {
    table->vaCreateContext = create;
    table->vaDestroyContext = destroy;
    table->vaBeginPicture = begin;
    table->vaRenderPicture = render;
    table->vaEndPicture = end;
}
