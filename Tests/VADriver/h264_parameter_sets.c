/// Writing H.264's parameter sets.
#include "h264_parameter_sets.h"

#include "bitwriter.h"
#include "nal.h"

/// Zig-zag order (8.5.6) of a square of `side`: position in raster order of each coefficient.
static void zigzag(uint8_t *order, int side) {
    int x = 0, y = 0;
    for (int i = 0; i < side * side; i++) {
        order[i] = (uint8_t)(y * side + x);
        bool up = (x + y) % 2 == 0;
        if (up) {
            if (x == side - 1) y++;
            else if (y == 0) x++;
            else x++, y--;
        } else {
            if (y == side - 1) x++;
            else if (x == 0) y++;
            else x--, y++;
        }
    }
}

static void write_list(struct bitwriter *bits, const uint8_t *raster, int side) {
    uint8_t order[64];
    zigzag(order, side);
    int last = 8;
    for (int i = 0; i < side * side; i++) {
        int value = raster[order[i]], delta = value - last;
        put_se(bits, delta > 127 ? delta - 256 : delta < -128 ? delta + 256 : delta);
        last = value;
    }
}

static void close_nal(struct bytes *out, uint8_t header, struct bitwriter *bits) {
    put_trailing_bits(bits);
    bytes_append(out, start_code, sizeof start_code);
    bytes_append_byte(out, header);
    nal_escape(out, bits->bytes->data, bits->bytes->size);
    if (bits->bytes->failed) out->failed = 1;
    bytes_free(bits->bytes);
}

void h264_write_sps(struct bytes *out, const struct h264_sps *sps) {
    struct bytes rbsp = {0};
    struct bitwriter bits = {.bytes = &rbsp};
    put_bits(&bits, 8, (uint32_t)sps->profile_idc);
    put_bits(&bits, 8, (uint32_t)sps->constraint_flags);
    put_bits(&bits, 8, (uint32_t)sps->level_idc);
    put_ue(&bits, (uint32_t)sps->id);
    if (sps->profile_idc == 100) {
        put_ue(&bits, (uint32_t)sps->chroma_format_idc);
        put_ue(&bits, 0); // bit_depth_luma_minus8
        put_ue(&bits, 0); // bit_depth_chroma_minus8
        put_bit(&bits, 0); // qpprime_y_zero_transform_bypass_flag
        put_bit(&bits, 0); // seq_scaling_matrix_present_flag
    }
    put_ue(&bits, (uint32_t)sps->log2_max_frame_num - 4);
    put_ue(&bits, (uint32_t)sps->poc_type);
    if (sps->poc_type == 0) {
        put_ue(&bits, (uint32_t)sps->log2_max_poc_lsb - 4);
    } else if (sps->poc_type == 1) {
        // The offsets of type 1 are not among the parameters. P pictures do not need them; B pictures would.
        put_bit(&bits, sps->delta_pic_order_always_zero);
        put_se(&bits, 0);
        put_se(&bits, 0);
        put_ue(&bits, 0);
    }
    put_ue(&bits, (uint32_t)sps->max_num_ref_frames);
    put_bit(&bits, sps->gaps_in_frame_num_allowed);
    put_ue(&bits, (uint32_t)sps->width_in_mbs - 1);
    put_ue(&bits, (uint32_t)(sps->height_in_mbs / (sps->frame_mbs_only ? 1 : 2)) - 1);
    put_bit(&bits, sps->frame_mbs_only);
    if (!sps->frame_mbs_only) put_bit(&bits, sps->mb_adaptive_frame_field);
    put_bit(&bits, sps->direct_8x8_inference);
    bool crops = sps->crop_left || sps->crop_right || sps->crop_top || sps->crop_bottom;
    put_bit(&bits, crops);
    if (crops) {
        put_ue(&bits, (uint32_t)sps->crop_left);
        put_ue(&bits, (uint32_t)sps->crop_right);
        put_ue(&bits, (uint32_t)sps->crop_top);
        put_ue(&bits, (uint32_t)sps->crop_bottom);
    }
    put_bit(&bits, sps->no_reordering); // vui_parameters_present_flag
    if (sps->no_reordering) {
        put_bits(&bits, 8, 0);  // aspect ratio, overscan, video signal, chroma location, timing, HRDs (2), pic_struct
        put_bit(&bits, 1);      // bitstream_restriction_flag
        put_bit(&bits, 1);      // motion_vectors_over_pic_boundaries_flag
        put_ue(&bits, 0);       // max_bytes_per_pic_denom
        put_ue(&bits, 0);       // max_bits_per_mb_denom
        put_ue(&bits, 16);      // log2_max_mv_length_horizontal
        put_ue(&bits, 16);      // log2_max_mv_length_vertical
        put_ue(&bits, 0);       // max_num_reorder_frames
        put_ue(&bits, (uint32_t)sps->max_num_ref_frames); // max_dec_frame_buffering
    }
    close_nal(out, 0x67, &bits);
}

void h264_write_pps(struct bytes *out, const struct h264_pps *pps) {
    struct bytes rbsp = {0};
    struct bitwriter bits = {.bytes = &rbsp};
    put_ue(&bits, (uint32_t)pps->id);
    put_ue(&bits, (uint32_t)pps->sps_id);
    put_bit(&bits, pps->cabac);
    put_bit(&bits, pps->pic_order_present);
    put_ue(&bits, 0); // num_slice_groups_minus1
    for (int i = 0; i < 2; i++) put_ue(&bits, (uint32_t)pps->num_ref_idx_default[i] - 1);
    put_bit(&bits, pps->weighted_pred);
    put_bits(&bits, 2, (uint32_t)pps->weighted_bipred_idc);
    put_se(&bits, pps->init_qp_minus26);
    put_se(&bits, pps->init_qs_minus26);
    put_se(&bits, pps->chroma_qp_index_offset[0]);
    put_bit(&bits, pps->deblocking_control_present);
    put_bit(&bits, pps->constrained_intra_pred);
    put_bit(&bits, pps->redundant_pic_cnt_present);
    bool lists = pps->lists_4x4 && pps->lists_8x8;
    if (pps->transform_8x8_mode || lists || pps->chroma_qp_index_offset[0] != pps->chroma_qp_index_offset[1]) {
        put_bit(&bits, pps->transform_8x8_mode);
        put_bit(&bits, lists);
        if (lists) {
            for (int i = 0; i < 6; i++) {
                put_bit(&bits, 1);
                write_list(&bits, pps->lists_4x4[i], 4);
            }
            for (int i = 0; i < 2 && pps->transform_8x8_mode; i++) {
                put_bit(&bits, 1);
                write_list(&bits, pps->lists_8x8[i], 8);
            }
        }
        put_se(&bits, pps->chroma_qp_index_offset[1]);
    }
    close_nal(out, 0x68, &bits);
}
