/// VP9: the slice data is the whole frame with its headers, so there is nothing to rebuild.
#include "codec.h"

static bool rebuild(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out) {
    const VADecPictureParameterBufferVP9 *parameters = (const void *)picture->parameters->data;
    const struct slice *slice = &picture->slices[0];
    bytes_append(&out->stream, slice->data, slice->size);
    bool key = !parameters->pic_fields.bits.frame_type;
    out->starts = key;
    if (!key && !parameters->pic_fields.bits.intra_only) {
        const unsigned used[3] = {parameters->pic_fields.bits.last_ref_frame,
                                  parameters->pic_fields.bits.golden_ref_frame,
                                  parameters->pic_fields.bits.alt_ref_frame};
        for (int i = 0; i < 3; i++)
            reference_add(&out->references, decoder, driver, parameters->reference_frames[used[i]], NULL);
    }
    return true;
}

const struct codec codec_vp9 = {
    .id = AV_CODEC_ID_VP9,
    .library = "vp9",
    .parameters_size = offsetof(VADecPictureParameterBufferVP9, va_reserved),
    .slice_size = offsetof(VASliceParameterBufferVP9, va_reserved),
    .picture_comes_first = true,
    .rebuild = rebuild,
};
