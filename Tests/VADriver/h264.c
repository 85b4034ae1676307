/// H.264: slices go as they came; the parameter sets they refer to are written from the picture's parameters.
///
/// A slice's header is read up to num_ref_idx_active_override_flag: the picture parameter set it names and the default
/// counts of references are not among the parameters, but the counts in force are.
#include <limits.h>

#include "bitreader.h"
#include "codec.h"
#include "h264_parameter_sets.h"
#include "nal.h"

enum { MAXIMUM_PPS = 256, HEADER_BYTES = 64 };

enum slice_kind { SLICE_P, SLICE_B, SLICE_I, SLICE_SP, SLICE_SI };

struct slice_start {
    int pps_id;
    enum slice_kind kind;
    bool has_counts; // P or B
    bool overrides;
};

static bool read_start(const struct slice *slice, const VAPictureParameterBufferH264 *parameters,
                       struct slice_start *out) {
    uint8_t rbsp[HEADER_BYTES];
    struct bitreader bits = {.data = rbsp};
    bits.size = nal_unescape(rbsp, sizeof rbsp, slice->data, slice->size, NULL);
    int type = get_bits(&bits, 8) & 31;
    if (type != 1 && type != 5) return false;
    get_ue(&bits); // first_mb_in_slice
    out->kind = (enum slice_kind)(get_ue(&bits) % 5);
    out->pps_id = (int)get_ue(&bits);
    get_bits(&bits, (int)parameters->seq_fields.bits.log2_max_frame_num_minus4 + 4);
    bool field = false;
    if (!parameters->seq_fields.bits.frame_mbs_only_flag) {
        field = get_bit(&bits);
        if (field) get_bit(&bits);
    }
    if (type == 5) get_ue(&bits); // idr_pic_id
    bool orders = parameters->pic_fields.bits.pic_order_present_flag && !field;
    if (parameters->seq_fields.bits.pic_order_cnt_type == 0) {
        get_bits(&bits, (int)parameters->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4);
        if (orders) get_se(&bits);
    } else if (parameters->seq_fields.bits.pic_order_cnt_type == 1 &&
               !parameters->seq_fields.bits.delta_pic_order_always_zero_flag) {
        get_se(&bits);
        if (orders) get_se(&bits);
    }
    if (parameters->pic_fields.bits.redundant_pic_cnt_present_flag) get_ue(&bits);
    if (out->kind == SLICE_B) get_bit(&bits); // direct_spatial_mv_pred_flag
    out->has_counts = out->kind == SLICE_P || out->kind == SLICE_SP || out->kind == SLICE_B;
    out->overrides = out->has_counts && get_bit(&bits);
    return !bits.overrun && out->pps_id < MAXIMUM_PPS;
}

static bool is_flat(const VAIQMatrixBufferH264 *matrix) {
    const uint8_t *bytes = (const uint8_t *)matrix;
    for (size_t i = 0; i < 6 * 16 + 2 * 64; i++)
        if (bytes[i] != 16) return false;
    return true;
}

static void write_sets(const struct picture *picture, const bool *used, const uint8_t (*counts)[2],
                       struct bytes *out) {
    const VAPictureParameterBufferH264 *parameters = (const void *)picture->parameters->data;
    const VAIQMatrixBufferH264 *matrix =
        picture->matrix && picture->matrix->size >= offsetof(VAIQMatrixBufferH264, va_reserved)
            ? (const void *)picture->matrix->data
            : NULL;
    if (matrix && is_flat(matrix)) matrix = NULL;
    h264_write_sps(out, &(struct h264_sps){
        .profile_idc = 100,
        .level_idc = 62,
        .chroma_format_idc = (int)parameters->seq_fields.bits.chroma_format_idc,
        .log2_max_frame_num = (int)parameters->seq_fields.bits.log2_max_frame_num_minus4 + 4,
        .poc_type = (int)parameters->seq_fields.bits.pic_order_cnt_type,
        .log2_max_poc_lsb = (int)parameters->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4,
        .delta_pic_order_always_zero = parameters->seq_fields.bits.delta_pic_order_always_zero_flag,
        .gaps_in_frame_num_allowed = parameters->seq_fields.bits.gaps_in_frame_num_value_allowed_flag,
        .max_num_ref_frames = parameters->num_ref_frames,
        .width_in_mbs = parameters->picture_width_in_mbs_minus1 + 1,
        .height_in_mbs = parameters->picture_height_in_mbs_minus1 + 1,
        .frame_mbs_only = parameters->seq_fields.bits.frame_mbs_only_flag,
        .mb_adaptive_frame_field = parameters->seq_fields.bits.mb_adaptive_frame_field_flag,
        .direct_8x8_inference = parameters->seq_fields.bits.direct_8x8_inference_flag,
        .no_reordering = true,
    });
    for (int id = 0; id < MAXIMUM_PPS; id++) {
        if (!used[id]) continue;
        h264_write_pps(out, &(struct h264_pps){
            .id = id,
            .cabac = parameters->pic_fields.bits.entropy_coding_mode_flag,
            .pic_order_present = parameters->pic_fields.bits.pic_order_present_flag,
            .num_ref_idx_default = {counts[id][0], counts[id][1]},
            .weighted_pred = parameters->pic_fields.bits.weighted_pred_flag,
            .weighted_bipred_idc = (int)parameters->pic_fields.bits.weighted_bipred_idc,
            .init_qp_minus26 = parameters->pic_init_qp_minus26,
            .init_qs_minus26 = parameters->pic_init_qs_minus26,
            .chroma_qp_index_offset = {parameters->chroma_qp_index_offset, parameters->second_chroma_qp_index_offset},
            .deblocking_control_present = parameters->pic_fields.bits.deblocking_filter_control_present_flag,
            .constrained_intra_pred = parameters->pic_fields.bits.constrained_intra_pred_flag,
            .redundant_pic_cnt_present = parameters->pic_fields.bits.redundant_pic_cnt_present_flag,
            .transform_8x8_mode = parameters->pic_fields.bits.transform_8x8_mode_flag,
            .lists_4x4 = matrix ? matrix->ScalingList4x4 : NULL,
            .lists_8x8 = matrix ? matrix->ScalingList8x8 : NULL,
        });
    }
}

/// Notes which field this is, and whether it completes the frame begun in the same surface.
static void note_structure(struct decoder *decoder, const struct picture *picture,
                           const VAPictureParameterBufferH264 *parameters, struct rebuilt *out) {
    const VAPictureH264 *current = &parameters->CurrPic;
    bool field = parameters->pic_fields.bits.field_pic_flag;
    int structure = !field ? 0 : current->flags & VA_PICTURE_H264_BOTTOM_FIELD ? 2 : 1;
    out->second_field = field && decoder->last_structure + structure == 3 &&
                        decoder->last_target == picture->target->object.id;
    decoder->last_structure = out->second_field ? 0 : structure;
    out->order[0] = structure == 2 ? INT_MIN : current->TopFieldOrderCnt;
    out->order[1] = structure == 1 ? INT_MIN : current->BottomFieldOrderCnt;
    if (out->second_field) out->order[structure == 2 ? 0 : 1] = picture->target->order[structure == 2 ? 0 : 1];
}

static bool rebuild(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out) {
    const VAPictureParameterBufferH264 *parameters = (const void *)picture->parameters->data;
    if (parameters->bit_depth_luma_minus8 || parameters->bit_depth_chroma_minus8 ||
        parameters->seq_fields.bits.chroma_format_idc > 1)
        return false;
    bool used[MAXIMUM_PPS] = {0};
    uint8_t counts[MAXIMUM_PPS][2];
    memset(counts, 1, sizeof counts);
    out->starts = true;
    for (int i = 0; i < picture->slice_count; i++) {
        const VASliceParameterBufferH264 *slice = picture->slices[i].parameters;
        struct slice_start start;
        if (!read_start(&picture->slices[i], parameters, &start)) return false;
        used[start.pps_id] = true;
        if (start.has_counts) out->starts = false;
        if (start.has_counts && !start.overrides) {
            counts[start.pps_id][0] = (uint8_t)(slice->num_ref_idx_l0_active_minus1 + 1);
            if (start.kind == SLICE_B) counts[start.pps_id][1] = (uint8_t)(slice->num_ref_idx_l1_active_minus1 + 1);
        }
        bytes_append(&out->stream, start_code, sizeof start_code);
        bytes_append(&out->stream, picture->slices[i].data, picture->slices[i].size);
    }
    write_sets(picture, used, counts, &out->parameter_sets);
    note_structure(decoder, picture, parameters, out);
    for (int i = 0; i < 16; i++) {
        const VAPictureH264 *reference = &parameters->ReferenceFrames[i];
        if (reference->flags & VA_PICTURE_H264_INVALID) continue;
        const int order[2] = {reference->TopFieldOrderCnt, reference->BottomFieldOrderCnt};
        reference_add(&out->references, decoder, driver, reference->picture_id, order);
    }
    return true;
}

const struct codec codec_h264 = {
    .id = AV_CODEC_ID_H264,
    .library = "h264",
    .parameters_size = offsetof(VAPictureParameterBufferH264, va_reserved),
    .slice_size = offsetof(VASliceParameterBufferH264, va_reserved),
    .picture_comes_first = false,
    .rebuild = rebuild,
};
