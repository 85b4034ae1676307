/// Decoding a picture at once, whatever the stream's order of output.
#include "decoder.h"

#include <libavutil/opt.h>

#include "codec.h"

static const struct codec *const codecs[] = {&codec_h264, &codec_hevc, &codec_vp8, &codec_vp9, &codec_av1};

/// Which buffer is decoded into is known here, long before the decoder puts the frame out: nothing has to be reordered.
static int get_buffer(AVCodecContext *library, AVFrame *frame, int flags) {
    struct decoder *decoder = library->opaque;
    int result = avcodec_default_get_buffer2(library, frame, flags);
    if (result < 0) return result;
    if (decoder->codec->picture_comes_first && decoder->picture_is_new) return 0;
    av_frame_unref(decoder->picture);
    result = av_frame_ref(decoder->picture, frame);
    decoder->picture_is_new = result >= 0;
    return result;
}

struct decoder *decoder_create(enum codec_number number) {
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) return NULL;
    atomic_store(&decoder->references, 1);
    atomic_store(&decoder->owned, true);
    const struct codec *codec = decoder->codec = codecs[number];
    decoder->last_target = VA_INVALID_SURFACE;
    const AVCodec *library =
        codec->library ? avcodec_find_decoder_by_name(codec->library) : avcodec_find_decoder(codec->id);
    decoder->library = library ? avcodec_alloc_context3(library) : NULL;
    decoder->packet = av_packet_alloc();
    decoder->scratch = av_frame_alloc();
    decoder->picture = av_frame_alloc();
    if (!decoder->library || !decoder->packet || !decoder->scratch || !decoder->picture) goto failed;
    decoder->library->opaque = decoder;
    decoder->library->get_buffer2 = get_buffer;
    decoder->library->thread_count = 1; // decoded when the call returns, and CPU time is the calling thread's
    decoder->library->flags |= AV_CODEC_FLAG_LOW_DELAY;
    // The client has the same libavcodec, and with it the same log: what is said in here is not for it.
    decoder->library->log_level_offset = 100;
    AVDictionary *options = NULL;
    if (codec->id == AV_CODEC_ID_AV1) {
        av_dict_set(&options, "max_frame_delay", "1", 0);
        av_dict_set(&options, "alllayers", "0", 0);
    }
    int result = avcodec_open2(decoder->library, library, &options);
    av_dict_free(&options);
    if (result < 0) goto failed;
    return decoder;
failed:
    decoder_release(decoder);
    return NULL;
}

struct decoder *decoder_retain(struct decoder *decoder) {
    if (decoder) atomic_fetch_add(&decoder->references, 1);
    return decoder;
}

void decoder_release(struct decoder *decoder) {
    if (!decoder || atomic_fetch_sub(&decoder->references, 1) != 1) return;
    av_frame_free(&decoder->picture);
    av_frame_free(&decoder->scratch);
    av_packet_free(&decoder->packet);
    avcodec_free_context(&decoder->library);
    bytes_free(&decoder->parameter_sets);
    av1_slots_free(decoder->slots);
    free(decoder);
}

void reference_add(struct references *references, const struct decoder *decoder, struct driver *driver,
                   VASurfaceID id, const int order[2]) {
    if (id == VA_INVALID_SURFACE) return;
    references->named++;
    struct surface *surface = object_find(&driver->objects, id, KIND_SURFACE);
    if (!surface) return;
    bool same = surface->decoder == decoder &&
                (!order || surface->order[0] == order[0] || surface->order[1] == order[1]);
    if (same) references->agreeing++;
    else if (surface->decoder && surface->decoder->codec == decoder->codec) references->stranger = surface->decoder;
    object_release(surface);
}

static void put_out(struct decoder *decoder) {
    while (avcodec_receive_frame(decoder->library, decoder->scratch) >= 0) {
        // dav1d has no get_buffer2, but puts out at once what it is told to show.
        if (decoder->codec->id == AV_CODEC_ID_AV1) {
            av_frame_unref(decoder->picture);
            av_frame_move_ref(decoder->picture, decoder->scratch);
            decoder->picture_is_new = true;
        }
        av_frame_unref(decoder->scratch);
    }
}

static void restart(struct decoder *decoder) {
    avcodec_flush_buffers(decoder->library);
    av_frame_unref(decoder->picture);
    bytes_clear(&decoder->parameter_sets);
    decoder->last_target = VA_INVALID_SURFACE;
    status_add(COUNTER_DECODER_RESTARTS, 1);
}

/// Decodes a packet, with the parameter sets in front if they have changed.
static bool send(struct decoder *decoder, const struct bytes *sets, const struct bytes *stream) {
    struct bytes *sent = &decoder->parameter_sets;
    bool changed = sets->size != sent->size || (sets->size && memcmp(sets->data, sent->data, sets->size));
    size_t size = (changed ? sets->size : 0) + stream->size;
    if (stream->failed || sets->failed || !stream->size || av_new_packet(decoder->packet, (int)size) < 0) return false;
    uint8_t *to = decoder->packet->data;
    if (changed) {
        memcpy(to, sets->data, sets->size);
        to += sets->size;
        bytes_clear(sent);
        bytes_append(sent, sets->data, sets->size);
    }
    memcpy(to, stream->data, stream->size);
    decoder->picture_is_new = false;
    int result = avcodec_send_packet(decoder->library, decoder->packet);
    av_packet_unref(decoder->packet);
    put_out(decoder);
    return result >= 0;
}

static void fill(struct decoder *decoder, struct surface *surface, const struct rebuilt *rebuilt) {
    if (surface->decoder != decoder) {
        surface_forget(surface);
        surface->decoder = decoder_retain(decoder);
    }
    memcpy(surface->order, rebuilt->order, sizeof surface->order);
}

/// The surface that is looked at: with film grain it is not the one that is referred to.
static struct surface *output_surface(struct driver *driver, const struct picture *picture,
                                      const struct rebuilt *rebuilt) {
    if (rebuilt->output == VA_INVALID_SURFACE || rebuilt->output == picture->target->object.id)
        return object_retain(picture->target);
    return object_find(&driver->objects, rebuilt->output, KIND_SURFACE);
}

static bool decode(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                   struct rebuilt *rebuilt, bool discard) {
    if (rebuilt->before.size) send(decoder, &rebuilt->parameter_sets, &rebuilt->before);
    bool sent = send(decoder, &rebuilt->parameter_sets, &rebuilt->stream);
    decoder->last_target = picture->target->object.id;
    fill(decoder, picture->target, rebuilt);
    decoder->pictures++;
    if (!sent || (!decoder->picture_is_new && !rebuilt->second_field) || !decoder->picture->buf[0]) return false;
    if (discard) return true;
    struct surface *surface = output_surface(driver, picture, rebuilt);
    bool filled = surface && surface_fill(surface, decoder->picture);
    object_release(surface);
    return filled;
}

enum decoded decoder_decode(struct decoder **slot, struct driver *driver, const struct picture *picture, bool discard) {
    const struct codec *codec = (*slot)->codec;
    if (!picture->parameters || picture->parameters->size < codec->parameters_size || !picture->slice_count)
        return DECODE_FAILED;
    struct rebuilt rebuilt = {.output = VA_INVALID_SURFACE};
    bool understood = codec->rebuild(*slot, driver, picture, &rebuilt);
    struct decoder *stranger = rebuilt.references.stranger;
    if (understood && stranger && !(*slot)->pictures && !rebuilt.starts && !atomic_exchange(&stranger->owned, true)) {
        decoder_release(*slot);
        *slot = decoder_retain(stranger);
        bytes_clear(&rebuilt.before);
        bytes_clear(&rebuilt.stream);
        bytes_clear(&rebuilt.parameter_sets);
        rebuilt.references = (struct references){0};
        understood = codec->rebuild(*slot, driver, picture, &rebuilt);
    }
    enum decoded result = DECODE_FAILED;
    if (understood) {
        struct references *references = &rebuilt.references;
        // A client that starts anew (a seek, another stream) shows it by a picture that needs none of the pictures
        // before it and by naming none: what the decoder still holds must not get into its lists of references.
        if (rebuilt.starts && !references->agreeing && !rebuilt.second_field) {
            if ((*slot)->pictures) restart(*slot);
        } else if (references->named > references->agreeing) {
            status_add(COUNTER_STALE_REFERENCES, references->named - references->agreeing);
        }
        if (decode(*slot, driver, picture, &rebuilt, discard)) result = DECODED;
    }
    if (rebuilt.stream.failed || rebuilt.parameter_sets.failed) result = DECODE_NO_MEMORY;
    bytes_free(&rebuilt.before);
    bytes_free(&rebuilt.stream);
    bytes_free(&rebuilt.parameter_sets);
    return result;
}
