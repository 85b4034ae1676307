/// One of libavcodec's software decoders with the state that goes with it.
///
/// It belongs to a context and to the surfaces it filled: a client that makes a new context in the middle of a stream
/// (VP9 changes size without a key frame) and refers to surfaces from before gets the decoder that filled them.
#pragma once

#include <libavcodec/avcodec.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bytes.h"
#include "profile.h"

struct codec;
struct driver;
struct picture;

struct decoder {
    atomic_int references;
    atomic_bool owned; // by a context
    const struct codec *codec;
    AVCodecContext *library;
    AVPacket *packet;
    AVFrame *scratch;
    AVFrame *picture;     // the frame that the current picture is decoded into
    bool picture_is_new;  // it is from the packet being decoded
    uint64_t pictures;    // decoded
    uint32_t last_target; // surface of the last picture, for a second field
    int last_structure;
    struct bytes parameter_sets;
    struct av1_slots *slots; // codec_av1 only
};

struct decoder *decoder_create(enum codec_number number);
struct decoder *decoder_retain(struct decoder *decoder);
void decoder_release(struct decoder *decoder);

enum decoded { DECODED, DECODE_FAILED, DECODE_NO_MEMORY };

/// Decodes `picture` into its target. `*slot` is the context's decoder and may be exchanged for the one that filled the
/// references. With `discard` the surface is left alone and only the decoder's state goes on.
enum decoded decoder_decode(struct decoder **slot, struct driver *driver, const struct picture *picture, bool discard);

void av1_slots_free(struct av1_slots *slots);
