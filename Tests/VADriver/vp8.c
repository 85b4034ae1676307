/// VP8: the slice data begins behind the frame's uncompressed header (RFC 6386, 9.1), which is written anew.
///
/// The compressed header stays in the data, so the probability and quantiser buffers are not needed; what they say
/// is not checked. Every picture is marked as shown: that flag is not in the parameters, and decoding does not depend
/// on it.
#include "codec.h"

static bool rebuild(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out) {
    const VAPictureParameterBufferVP8 *parameters = (const void *)picture->parameters->data;
    const struct slice *slice = &picture->slices[0];
    const VASliceParameterBufferVP8 *slice_parameters = slice->parameters;
    bool key = !parameters->pic_fields.bits.key_frame; // the bitstream's sense: 0 is a key frame
    uint32_t first_part = slice_parameters->partition_size[0] + (slice_parameters->macroblock_offset + 7) / 8;
    uint32_t tag = (uint32_t)!key | (uint32_t)parameters->pic_fields.bits.version << 1 | 1u << 4 | first_part << 5;
    for (int i = 0; i < 3; i++) bytes_append_byte(&out->stream, (uint8_t)(tag >> 8 * i));
    if (key) {
        const uint8_t header[7] = {
            0x9d, 0x01, 0x2a, (uint8_t)parameters->frame_width, (uint8_t)(parameters->frame_width >> 8 & 0x3f),
            (uint8_t)parameters->frame_height, (uint8_t)(parameters->frame_height >> 8 & 0x3f)};
        bytes_append(&out->stream, header, sizeof header);
    }
    bytes_append(&out->stream, slice->data, slice->size);
    out->starts = key;
    if (!key) {
        reference_add(&out->references, decoder, driver, parameters->last_ref_frame, NULL);
        reference_add(&out->references, decoder, driver, parameters->golden_ref_frame, NULL);
        reference_add(&out->references, decoder, driver, parameters->alt_ref_frame, NULL);
    }
    return first_part < 1u << 19;
}

const struct codec codec_vp8 = {
    .id = AV_CODEC_ID_VP8,
    .library = "vp8",
    .parameters_size = offsetof(VAPictureParameterBufferVP8, va_reserved),
    .slice_size = offsetof(VASliceParameterBufferVP8, va_reserved),
    .picture_comes_first = true,
    .rebuild = rebuild,
};
