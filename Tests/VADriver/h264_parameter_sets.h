/// Sequence and picture parameter sets of H.264 (7.3.2.1, 7.3.2.2), as far as pictures of 4:2:0 and 8 bits have them.
#pragma once

#include <stdbool.h>

#include "bytes.h"

struct h264_sps {
    int profile_idc, constraint_flags, level_idc, id;
    int chroma_format_idc; // written for High only
    int log2_max_frame_num, poc_type, log2_max_poc_lsb;
    bool delta_pic_order_always_zero, gaps_in_frame_num_allowed;
    int max_num_ref_frames, width_in_mbs, height_in_mbs;
    bool frame_mbs_only, mb_adaptive_frame_field, direct_8x8_inference;
    int crop_left, crop_right, crop_top, crop_bottom;
    bool no_reordering; // bitstream_restriction says that pictures come in the order of output
};

struct h264_pps {
    int id, sps_id;
    bool cabac, pic_order_present;
    int num_ref_idx_default[2];
    bool weighted_pred;
    int weighted_bipred_idc, init_qp_minus26, init_qs_minus26, chroma_qp_index_offset[2];
    bool deblocking_control_present, constrained_intra_pred, redundant_pic_cnt_present, transform_8x8_mode;
    const uint8_t (*lists_4x4)[16]; // 6 in raster order, or NULL for flat ones
    const uint8_t (*lists_8x8)[64]; // 2
};

/// Appends a NAL unit with its start code.
void h264_write_sps(struct bytes *out, const struct h264_sps *sps);
void h264_write_pps(struct bytes *out, const struct h264_pps *pps);
