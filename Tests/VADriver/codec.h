/// How a picture's parameter buffers become a bitstream again: one for each codec.
#pragma once

#include "bytes.h"
#include "decoder.h"
#include "picture.h"

/// What the client says about a picture's references, against what the decoder knows of those surfaces.
struct references {
    int named;                // surfaces that the client lists
    int agreeing;             // of these, the ones in which this decoder's picture of that order still is
    struct decoder *stranger; // a decoder that filled one of the others
};

struct rebuilt {
    struct bytes before;           // a packet of its own to decode first: of two in one, dav1d's second is put out late
    struct bytes stream;           // the picture's, for libavcodec
    struct bytes parameter_sets;   // goes in front where it differs from the last one sent
    struct references references;
    int order[2];                  // what later pictures call this one
    bool starts;                   // needs no picture before it
    bool second_field;             // of the frame that is begun
    uint32_t output;               // surface for the picture with film grain, or VA_INVALID_SURFACE
};

struct codec {
    enum AVCodecID id;
    const char *library; // a decoder's name, or NULL for libavcodec's first
    size_t parameters_size, slice_size;
    /// Which of the buffers that a packet asks for is the picture: H.264 fills gaps of frame_num first, HEVC makes
    /// up missing references afterwards.
    bool picture_comes_first;
    bool (*rebuild)(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out);
};

extern const struct codec codec_h264, codec_hevc, codec_vp8, codec_vp9, codec_av1;

/// Counts a reference that the client lists; `order` may be NULL when the codec has no names for pictures.
void reference_add(struct references *references, const struct decoder *decoder, struct driver *driver,
                   VASurfaceID id, const int order[2]);
