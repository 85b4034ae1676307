/// Writing HEVC's parameter sets.
#include "hevc_parameter_sets.h"

#include "bitwriter.h"
#include "nal.h"

enum { NAL_VPS = 32, NAL_SPS = 33, NAL_PPS = 34 };

static void close_nal(struct bytes *out, int type, struct bitwriter *bits) {
    put_trailing_bits(bits);
    bytes_append(out, start_code, sizeof start_code);
    bytes_append_byte(out, (uint8_t)(type << 1));
    bytes_append_byte(out, 1); // nuh_temporal_id_plus1
    nal_escape(out, bits->bytes->data, bits->bytes->size);
    if (bits->bytes->failed) out->failed = 1;
    bytes_free(bits->bytes);
}

static void put_profile_tier_level(struct bitwriter *bits, int profile) {
    put_bits(bits, 2, 0); // general_profile_space
    put_bit(bits, 0);     // general_tier_flag
    put_bits(bits, 5, (uint32_t)profile);
    for (int i = 0; i < 32; i++) put_bit(bits, i == profile || i == 2); // compatibility
    put_bits(bits, 4, 8);                                              // progressive source
    put_bits(bits, 32, 0);
    put_bits(bits, 12, 0);
    put_bits(bits, 8, 186); // level 6.2
}

void hevc_write_vps_and_sps(struct bytes *out, const VAPictureParameterBufferHEVC *p) {
    int profile = p->bit_depth_luma_minus8 ? 2 : 1;
    struct bytes rbsp = {0};
    struct bitwriter bits = {.bytes = &rbsp};
    put_bits(&bits, 4, 0);       // vps_video_parameter_set_id
    put_bits(&bits, 2, 3);       // base layer internal and available
    put_bits(&bits, 6, 0);       // vps_max_layers_minus1
    put_bits(&bits, 3, 0);       // vps_max_sub_layers_minus1
    put_bit(&bits, 1);           // vps_temporal_id_nesting_flag
    put_bits(&bits, 16, 0xffff);
    put_profile_tier_level(&bits, profile);
    put_bit(&bits, 1); // vps_sub_layer_ordering_info_present_flag
    put_ue(&bits, p->sps_max_dec_pic_buffering_minus1);
    put_ue(&bits, 0); // vps_max_num_reorder_pics
    put_ue(&bits, 0); // vps_max_latency_increase_plus1
    put_bits(&bits, 6, 0); // vps_max_layer_id
    put_ue(&bits, 0);      // vps_num_layer_sets_minus1
    put_bits(&bits, 2, 0); // no timing, no extension
    close_nal(out, NAL_VPS, &bits);

    rbsp = (struct bytes){0};
    bits = (struct bitwriter){.bytes = &rbsp};
    put_bits(&bits, 4, 0); // sps_video_parameter_set_id
    put_bits(&bits, 3, 0); // sps_max_sub_layers_minus1
    put_bit(&bits, 1);     // sps_temporal_id_nesting_flag
    put_profile_tier_level(&bits, profile);
    put_ue(&bits, 0); // sps_seq_parameter_set_id
    put_ue(&bits, p->pic_fields.bits.chroma_format_idc);
    put_ue(&bits, p->pic_width_in_luma_samples);
    put_ue(&bits, p->pic_height_in_luma_samples);
    put_bit(&bits, 0); // conformance_window_flag
    put_ue(&bits, p->bit_depth_luma_minus8);
    put_ue(&bits, p->bit_depth_chroma_minus8);
    put_ue(&bits, p->log2_max_pic_order_cnt_lsb_minus4);
    put_bit(&bits, 1); // sps_sub_layer_ordering_info_present_flag
    put_ue(&bits, p->sps_max_dec_pic_buffering_minus1);
    put_ue(&bits, 0); // sps_max_num_reorder_pics
    put_ue(&bits, 0); // sps_max_latency_increase_plus1
    put_ue(&bits, p->log2_min_luma_coding_block_size_minus3);
    put_ue(&bits, p->log2_diff_max_min_luma_coding_block_size);
    put_ue(&bits, p->log2_min_transform_block_size_minus2);
    put_ue(&bits, p->log2_diff_max_min_transform_block_size);
    put_ue(&bits, p->max_transform_hierarchy_depth_inter);
    put_ue(&bits, p->max_transform_hierarchy_depth_intra);
    put_bit(&bits, p->pic_fields.bits.scaling_list_enabled_flag);
    if (p->pic_fields.bits.scaling_list_enabled_flag) put_bit(&bits, 0); // the lists are in the PPS
    put_bit(&bits, p->pic_fields.bits.amp_enabled_flag);
    put_bit(&bits, p->slice_parsing_fields.bits.sample_adaptive_offset_enabled_flag);
    put_bit(&bits, p->pic_fields.bits.pcm_enabled_flag);
    if (p->pic_fields.bits.pcm_enabled_flag) {
        put_bits(&bits, 4, p->pcm_sample_bit_depth_luma_minus1);
        put_bits(&bits, 4, p->pcm_sample_bit_depth_chroma_minus1);
        put_ue(&bits, p->log2_min_pcm_luma_coding_block_size_minus3);
        put_ue(&bits, p->log2_diff_max_min_pcm_luma_coding_block_size);
        put_bit(&bits, p->pic_fields.bits.pcm_loop_filter_disabled_flag);
    }
    put_ue(&bits, 0); // num_short_term_ref_pic_sets
    put_bit(&bits, p->slice_parsing_fields.bits.long_term_ref_pics_present_flag);
    if (p->slice_parsing_fields.bits.long_term_ref_pics_present_flag) put_ue(&bits, 0); // num_long_term_ref_pics_sps
    put_bit(&bits, p->slice_parsing_fields.bits.sps_temporal_mvp_enabled_flag);
    put_bit(&bits, p->pic_fields.bits.strong_intra_smoothing_enabled_flag);
    put_bits(&bits, 2, 0); // no VUI, no extension
    close_nal(out, NAL_SPS, &bits);
}

/// Up-right diagonal order (6.5.3) of a square of `side`: position in raster order of each coefficient.
static void diagonal(uint8_t *order, int side) {
    int count = 0;
    for (int sum = 0; sum < 2 * side - 1; sum++)
        for (int y = sum < side ? sum : side - 1; y >= 0 && sum - y < side; y--)
            order[count++] = (uint8_t)(y * side + sum - y);
}

/// `dc` is 0 for the sizes that have none.
static void put_list(struct bitwriter *bits, const uint8_t *raster, int side, int dc) {
    uint8_t order[64];
    diagonal(order, side);
    put_bit(bits, 1); // scaling_list_pred_mode_flag: explicit
    int last = 8;
    if (dc) {
        put_se(bits, dc - 8);
        last = dc;
    }
    for (int i = 0; i < side * side; i++) {
        int value = raster[order[i]], delta = value - last;
        put_se(bits, delta > 127 ? delta - 256 : delta < -128 ? delta + 256 : delta);
        last = value;
    }
}

static void put_lists(struct bitwriter *bits, const VAIQMatrixBufferHEVC *matrix) {
    for (int i = 0; i < 6; i++) put_list(bits, matrix->ScalingList4x4[i], 4, 0);
    for (int i = 0; i < 6; i++) put_list(bits, matrix->ScalingList8x8[i], 8, 0);
    for (int i = 0; i < 6; i++) put_list(bits, matrix->ScalingList16x16[i], 8, matrix->ScalingListDC16x16[i]);
    for (int i = 0; i < 2; i++) put_list(bits, matrix->ScalingList32x32[i], 8, matrix->ScalingListDC32x32[i]);
}

void hevc_write_pps(struct bytes *out, const VAPictureParameterBufferHEVC *p, const VAIQMatrixBufferHEVC *matrix,
                    int id) {
    struct bytes rbsp = {0};
    struct bitwriter bits = {.bytes = &rbsp};
    put_ue(&bits, (uint32_t)id);
    put_ue(&bits, 0); // pps_seq_parameter_set_id
    put_bit(&bits, p->slice_parsing_fields.bits.dependent_slice_segments_enabled_flag);
    put_bit(&bits, p->slice_parsing_fields.bits.output_flag_present_flag);
    put_bits(&bits, 3, p->num_extra_slice_header_bits);
    put_bit(&bits, p->pic_fields.bits.sign_data_hiding_enabled_flag);
    put_bit(&bits, p->slice_parsing_fields.bits.cabac_init_present_flag);
    put_ue(&bits, p->num_ref_idx_l0_default_active_minus1);
    put_ue(&bits, p->num_ref_idx_l1_default_active_minus1);
    put_se(&bits, p->init_qp_minus26);
    put_bit(&bits, p->pic_fields.bits.constrained_intra_pred_flag);
    put_bit(&bits, p->pic_fields.bits.transform_skip_enabled_flag);
    put_bit(&bits, p->pic_fields.bits.cu_qp_delta_enabled_flag);
    if (p->pic_fields.bits.cu_qp_delta_enabled_flag) put_ue(&bits, p->diff_cu_qp_delta_depth);
    put_se(&bits, p->pps_cb_qp_offset);
    put_se(&bits, p->pps_cr_qp_offset);
    put_bit(&bits, p->slice_parsing_fields.bits.pps_slice_chroma_qp_offsets_present_flag);
    put_bit(&bits, p->pic_fields.bits.weighted_pred_flag);
    put_bit(&bits, p->pic_fields.bits.weighted_bipred_flag);
    put_bit(&bits, p->pic_fields.bits.transquant_bypass_enabled_flag);
    put_bit(&bits, p->pic_fields.bits.tiles_enabled_flag);
    put_bit(&bits, p->pic_fields.bits.entropy_coding_sync_enabled_flag);
    if (p->pic_fields.bits.tiles_enabled_flag) {
        put_ue(&bits, p->num_tile_columns_minus1);
        put_ue(&bits, p->num_tile_rows_minus1);
        put_bit(&bits, 0); // uniform_spacing_flag
        for (int i = 0; i < p->num_tile_columns_minus1; i++) put_ue(&bits, p->column_width_minus1[i]);
        for (int i = 0; i < p->num_tile_rows_minus1; i++) put_ue(&bits, p->row_height_minus1[i]);
        put_bit(&bits, p->pic_fields.bits.loop_filter_across_tiles_enabled_flag);
    }
    put_bit(&bits, p->pic_fields.bits.pps_loop_filter_across_slices_enabled_flag);
    put_bit(&bits, 1); // deblocking_filter_control_present_flag
    put_bit(&bits, p->slice_parsing_fields.bits.deblocking_filter_override_enabled_flag);
    put_bit(&bits, p->slice_parsing_fields.bits.pps_disable_deblocking_filter_flag);
    if (!p->slice_parsing_fields.bits.pps_disable_deblocking_filter_flag) {
        put_se(&bits, p->pps_beta_offset_div2);
        put_se(&bits, p->pps_tc_offset_div2);
    }
    put_bit(&bits, matrix != NULL);
    if (matrix) put_lists(&bits, matrix);
    put_bit(&bits, p->slice_parsing_fields.bits.lists_modification_present_flag);
    put_ue(&bits, p->log2_parallel_merge_level_minus2);
    put_bit(&bits, p->slice_parsing_fields.bits.slice_segment_header_extension_present_flag);
    put_bit(&bits, 0); // no extension
    close_nal(out, NAL_PPS, &bits);
}
