/// Writing AV1's headers, in the order and with the names of the specification.
#include "av1_headers.h"

#include "bitwriter.h"

enum { PRIMARY_REF_NONE = 7, SUPERRES_NUM = 8, SUPERRES_DENOM_MIN = 9, MAX_TILE_WIDTH = 4096,
       MAX_TILE_AREA = 4096 * 2304, WARPEDMODEL_PREC_BITS = 16 };

const int32_t av1_no_motion[6] = {0, 0, 1 << WARPEDMODEL_PREC_BITS, 0, 0, 1 << WARPEDMODEL_PREC_BITS};

void av1_write_obu(struct bytes *out, int type, const struct bytes *payload) {
    bytes_append_byte(out, (uint8_t)(type << 3 | 2)); // obu_has_size_field
    size_t size = payload->size;
    do {
        bytes_append_byte(out, (uint8_t)((size & 127) | (size > 127 ? 128 : 0)));
        size >>= 7;
    } while (size);
    bytes_append(out, payload->data, payload->size);
    if (payload->failed) out->failed = 1;
}

void av1_write_sequence(struct bytes *out, const VADecPictureParameterBufferAV1 *p) {
    struct bytes payload = {0};
    struct bitwriter bits = {.bytes = &payload};
    put_bits(&bits, 3, p->profile);
    put_bits(&bits, 2, 0);  // still_picture, reduced_still_picture_header
    put_bits(&bits, 2, 0);  // timing_info_present_flag, initial_display_delay_present_flag
    put_bits(&bits, 5, 0);  // operating_points_cnt_minus_1
    put_bits(&bits, 12, 0); // operating_point_idc
    put_bits(&bits, 5, 31); // seq_level_idx: without limits
    put_bit(&bits, 0);      // seq_tier
    put_bits(&bits, 4, 15); // frame_width_bits_minus_1
    put_bits(&bits, 4, 15);
    put_bits(&bits, 16, 0xffff); // max_frame_width_minus_1: a size that changes must not make another sequence
    put_bits(&bits, 16, 0xffff);
    put_bit(&bits, 0); // frame_id_numbers_present_flag
    put_bit(&bits, p->seq_info_fields.fields.use_128x128_superblock);
    put_bit(&bits, p->seq_info_fields.fields.enable_filter_intra);
    put_bit(&bits, p->seq_info_fields.fields.enable_intra_edge_filter);
    put_bit(&bits, p->seq_info_fields.fields.enable_interintra_compound);
    put_bit(&bits, p->seq_info_fields.fields.enable_masked_compound);
    put_bit(&bits, 1); // enable_warped_motion
    put_bit(&bits, p->seq_info_fields.fields.enable_dual_filter);
    put_bit(&bits, p->seq_info_fields.fields.enable_order_hint);
    if (p->seq_info_fields.fields.enable_order_hint) {
        put_bit(&bits, p->seq_info_fields.fields.enable_jnt_comp);
        put_bit(&bits, 1); // enable_ref_frame_mvs
    }
    put_bit(&bits, 1); // seq_choose_screen_content_tools
    put_bit(&bits, 1); // seq_choose_integer_mv
    if (p->seq_info_fields.fields.enable_order_hint) put_bits(&bits, 3, p->order_hint_bits_minus_1);
    put_bit(&bits, 1); // enable_superres
    put_bit(&bits, p->seq_info_fields.fields.enable_cdef);
    put_bit(&bits, 1); // enable_restoration
    put_bit(&bits, p->bit_depth_idx > 0);
    put_bit(&bits, p->seq_info_fields.fields.mono_chrome);
    put_bit(&bits, 0); // color_description_present_flag
    put_bit(&bits, p->seq_info_fields.fields.color_range);
    if (!p->seq_info_fields.fields.mono_chrome) {
        put_bits(&bits, 2, 0); // chroma_sample_position
        put_bit(&bits, 1);     // separate_uv_delta_q
    }
    put_bit(&bits, p->seq_info_fields.fields.film_grain_params_present);
    put_trailing_bits(&bits);
    av1_write_obu(out, AV1_OBU_SEQUENCE_HEADER, &payload);
    bytes_free(&payload);
}

/// ns(n)
static void put_ns(struct bitwriter *bits, uint32_t n, uint32_t value) {
    int w = 0;
    while (n >> w) w++;
    uint32_t m = (1u << w) - n;
    if (value < m) put_bits(bits, w - 1, value);
    else {
        put_bits(bits, w - 1, m + ((value - m) >> 1));
        put_bit(bits, (value - m) & 1);
    }
}

/// What several parts of the header go by.
struct header {
    const VADecPictureParameterBufferAV1 *p;
    const struct av1_frame *frame;
    struct bitwriter bits;
    bool intra, resilient, lossless, superres;
    int planes, hint_bits, primary, frame_width;
};

static void put_frame_size(struct header *h) {
    put_bits(&h->bits, 16, h->p->frame_width_minus1);
    put_bits(&h->bits, 16, h->p->frame_height_minus1);
    put_bit(&h->bits, h->superres);
    if (h->superres) put_bits(&h->bits, 3, (uint32_t)h->p->superres_scale_denominator - SUPERRES_DENOM_MIN);
    put_bit(&h->bits, 0); // render_and_frame_size_different
}

static int tile_log2(uint32_t block, uint32_t target) {
    int k = 0;
    while (block << k < target) k++;
    return k;
}

static bool put_tile_info(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    bool large = p->seq_info_fields.fields.use_128x128_superblock;
    int side = large ? 7 : 6;
    uint32_t mi_cols = 2 * ((uint32_t)(h->frame_width + 7) >> 3);
    uint32_t mi_rows = 2 * ((uint32_t)(p->frame_height_minus1 + 8) >> 3);
    uint32_t cols = large ? (mi_cols + 31) >> 5 : (mi_cols + 15) >> 4;
    uint32_t rows = large ? (mi_rows + 31) >> 5 : (mi_rows + 15) >> 4;
    uint32_t max_width = MAX_TILE_WIDTH >> side, area = MAX_TILE_AREA >> 2 * side;
    int least = tile_log2(max_width, cols), least_by_area = tile_log2(area, rows * cols);
    if (least_by_area > least) least = least_by_area;
    put_bit(&h->bits, 0); // uniform_tile_spacing_flag: the sizes are written out
    uint32_t start = 0, widest = 0;
    if (p->tile_cols > 63 || p->tile_rows > 63) return false;
    for (int i = 0; i < p->tile_cols; i++) {
        uint32_t room = cols - start < max_width ? cols - start : max_width, width = p->width_in_sbs_minus_1[i] + 1u;
        if (start >= cols || width > room) return false;
        put_ns(&h->bits, room, width - 1);
        if (width > widest) widest = width;
        start += width;
    }
    if (start != cols) return false;
    uint32_t max_area = least > 0 ? (rows * cols) >> (least + 1) : rows * cols;
    uint32_t max_height = max_area / widest ? max_area / widest : 1;
    start = 0;
    for (int i = 0; i < p->tile_rows; i++) {
        uint32_t room = rows - start < max_height ? rows - start : max_height;
        uint32_t height = p->height_in_sbs_minus_1[i] + 1u;
        if (start >= rows || height > room) return false;
        put_ns(&h->bits, room, height - 1);
        start += height;
    }
    if (start != rows) return false;
    int log2 = tile_log2(1, p->tile_cols) + tile_log2(1, p->tile_rows);
    if (log2) {
        put_bits(&h->bits, log2, p->context_update_tile_id);
        put_bits(&h->bits, 2, 3); // tile_size_bytes_minus_1
    }
    return true;
}

static void put_delta_q(struct header *h, int value) {
    put_bit(&h->bits, value != 0);
    if (value) put_su(&h->bits, 7, value);
}

static void put_quantization(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    put_bits(&h->bits, 8, p->base_qindex);
    put_delta_q(h, p->y_dc_delta_q);
    if (h->planes > 1) {
        bool different = p->u_dc_delta_q != p->v_dc_delta_q || p->u_ac_delta_q != p->v_ac_delta_q;
        put_bit(&h->bits, different);
        put_delta_q(h, p->u_dc_delta_q);
        put_delta_q(h, p->u_ac_delta_q);
        if (different) {
            put_delta_q(h, p->v_dc_delta_q);
            put_delta_q(h, p->v_ac_delta_q);
        }
    }
    put_bit(&h->bits, p->qmatrix_fields.bits.using_qmatrix);
    if (p->qmatrix_fields.bits.using_qmatrix) {
        put_bits(&h->bits, 4, p->qmatrix_fields.bits.qm_y);
        put_bits(&h->bits, 4, p->qmatrix_fields.bits.qm_u);
        if (h->planes > 1) put_bits(&h->bits, 4, p->qmatrix_fields.bits.qm_v);
    }
}

static void put_segmentation(struct header *h) {
    static const int widths[8] = {8, 6, 6, 6, 6, 3, 0, 0};
    const VASegmentationStructAV1 *s = &h->p->seg_info;
    bool update = s->segment_info_fields.bits.update_data;
    put_bit(&h->bits, s->segment_info_fields.bits.enabled);
    if (!s->segment_info_fields.bits.enabled) return;
    if (h->primary == PRIMARY_REF_NONE) {
        update = true;
    } else {
        put_bit(&h->bits, s->segment_info_fields.bits.update_map);
        if (s->segment_info_fields.bits.update_map) put_bit(&h->bits, s->segment_info_fields.bits.temporal_update);
        put_bit(&h->bits, update);
    }
    for (int i = 0; i < 8 && update; i++) {
        for (int j = 0; j < 8; j++) {
            bool on = s->feature_mask[i] >> j & 1;
            put_bit(&h->bits, on);
            if (on && j < 5) put_su(&h->bits, widths[j] + 1, s->feature_data[i][j]);
            else if (on) put_bits(&h->bits, widths[j], (uint32_t)s->feature_data[i][j]);
        }
    }
}

static bool is_coded_lossless(const VADecPictureParameterBufferAV1 *p) {
    if (p->y_dc_delta_q || p->u_dc_delta_q || p->u_ac_delta_q || p->v_dc_delta_q || p->v_ac_delta_q) return false;
    for (int i = 0; i < 8; i++) {
        int index = p->base_qindex;
        if (p->seg_info.segment_info_fields.bits.enabled && p->seg_info.feature_mask[i] & 1)
            index += p->seg_info.feature_data[i][0];
        if (index > 0) return false;
    }
    return true;
}

static void put_deltas(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    if (!p->base_qindex) return;
    put_bit(&h->bits, p->mode_control_fields.bits.delta_q_present_flag);
    if (!p->mode_control_fields.bits.delta_q_present_flag) return;
    put_bits(&h->bits, 2, p->mode_control_fields.bits.log2_delta_q_res);
    if (p->pic_info_fields.bits.allow_intrabc) return;
    put_bit(&h->bits, p->mode_control_fields.bits.delta_lf_present_flag);
    if (!p->mode_control_fields.bits.delta_lf_present_flag) return;
    put_bits(&h->bits, 2, p->mode_control_fields.bits.log2_delta_lf_res);
    put_bit(&h->bits, p->mode_control_fields.bits.delta_lf_multi);
}

static void put_loop_filter(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    put_bits(&h->bits, 6, p->filter_level[0]);
    put_bits(&h->bits, 6, p->filter_level[1]);
    if (h->planes > 1 && (p->filter_level[0] || p->filter_level[1])) {
        put_bits(&h->bits, 6, p->filter_level_u);
        put_bits(&h->bits, 6, p->filter_level_v);
    }
    put_bits(&h->bits, 3, p->loop_filter_info_fields.bits.sharpness_level);
    put_bit(&h->bits, p->loop_filter_info_fields.bits.mode_ref_delta_enabled);
    if (!p->loop_filter_info_fields.bits.mode_ref_delta_enabled) return;
    // The parameters have the values in force, so each is written, whatever the stream changed.
    put_bit(&h->bits, 1);
    for (int i = 0; i < 8; i++) {
        put_bit(&h->bits, 1);
        put_su(&h->bits, 7, p->ref_deltas[i]);
    }
    for (int i = 0; i < 2; i++) {
        put_bit(&h->bits, 1);
        put_su(&h->bits, 7, p->mode_deltas[i]);
    }
}

static void put_cdef(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    put_bits(&h->bits, 2, p->cdef_damping_minus_3);
    put_bits(&h->bits, 2, p->cdef_bits);
    for (int i = 0; i < 1 << p->cdef_bits; i++) {
        put_bits(&h->bits, 6, p->cdef_y_strengths[i]); // 4 bits primary, 2 bits secondary
        if (h->planes > 1) put_bits(&h->bits, 6, p->cdef_uv_strengths[i]);
    }
}

static void put_restoration(struct header *h) {
    static const uint8_t coded[4] = {0, 2, 3, 1}; // of none, Wiener, self-guided, switchable
    const VADecPictureParameterBufferAV1 *p = h->p;
    const unsigned types[3] = {p->loop_restoration_fields.bits.yframe_restoration_type,
                               p->loop_restoration_fields.bits.cbframe_restoration_type,
                               p->loop_restoration_fields.bits.crframe_restoration_type};
    bool any = false, chroma = false;
    for (int i = 0; i < h->planes; i++) {
        put_bits(&h->bits, 2, coded[types[i]]);
        any |= types[i] != 0;
        chroma |= i > 0 && types[i];
    }
    if (!any) return;
    unsigned shift = p->loop_restoration_fields.bits.lr_unit_shift;
    if (p->seq_info_fields.fields.use_128x128_superblock) {
        put_bit(&h->bits, shift > 1);
    } else {
        put_bit(&h->bits, shift > 0);
        if (shift > 0) put_bit(&h->bits, shift > 1);
    }
    if (chroma) put_bit(&h->bits, p->loop_restoration_fields.bits.lr_uv_shift);
}

/// get_relative_dist()
static int distance(const struct header *h, int a, int b) {
    int m = 1 << (h->hint_bits - 1), difference = a - b;
    return (difference & (m - 1)) - (difference & m);
}

static bool allows_skip_mode(const struct header *h) {
    if (h->intra || !h->p->mode_control_fields.bits.reference_select || !h->hint_bits) return false;
    int forward = -1, backward = -1, current = h->p->order_hint, forward_hint = 0, backward_hint = 0;
    for (int i = 0; i < 7; i++) {
        int hint = h->frame->hints[h->frame->slots[i]];
        if (distance(h, hint, current) < 0) {
            if (forward < 0 || distance(h, hint, forward_hint) > 0) forward = i, forward_hint = hint;
        } else if (distance(h, hint, current) > 0) {
            if (backward < 0 || distance(h, hint, backward_hint) < 0) backward = i, backward_hint = hint;
        }
    }
    if (forward < 0) return false;
    if (backward >= 0) return true;
    for (int i = 0; i < 7; i++)
        if (distance(h, h->frame->hints[h->frame->slots[i]], forward_hint) < 0) return true;
    return false;
}

static int recentered(int r, int x) { return x > 2 * r ? x : x >= r ? 2 * (x - r) : 2 * (r - x) - 1; }

/// The inverse of decode_signed_subexp_with_ref(low, high, reference).
static void put_signed_subexp(struct bitwriter *bits, int low, int high, int reference, int value) {
    int symbols = high - low, r = reference - low, x = value - low;
    int v = 2 * r <= symbols ? recentered(r, x) : recentered(symbols - 1 - r, symbols - 1 - x);
    for (int i = 0, mk = 0;; i++) {
        int b = i ? 3 + i - 1 : 3, a = 1 << b;
        if (symbols <= mk + 3 * a) {
            put_ns(bits, (uint32_t)(symbols - mk), (uint32_t)(v - mk));
            return;
        }
        put_bit(bits, v >= mk + a); // subexp_more_bits
        if (v < mk + a) {
            put_bits(bits, b, (uint32_t)(v - mk));
            return;
        }
        mk += a;
    }
}

static void put_motion_parameter(struct header *h, VAAV1TransformationType type, int ref, int index) {
    bool precise = h->p->pic_info_fields.bits.allow_high_precision_mv && !h->p->pic_info_fields.bits.force_integer_mv;
    int magnitude = 12, precision = 15;
    if (index < 2) {
        magnitude = type == VAAV1TransformationTranslation ? 9 - !precise : 12;
        precision = type == VAAV1TransformationTranslation ? 3 - !precise : 6;
    }
    int shift = WARPEDMODEL_PREC_BITS - precision;
    bool diagonal = index % 3 == 2;
    int round = diagonal ? 1 << WARPEDMODEL_PREC_BITS : 0, sub = diagonal ? 1 << precision : 0, limit = 1 << magnitude;
    int reference = (h->frame->motion[ref][index] >> shift) - sub;
    put_signed_subexp(&h->bits, -limit, limit + 1, reference, (h->p->wm[ref].wmmat[index] - round) >> shift);
}

static void put_global_motion(struct header *h) {
    for (int ref = 0; ref < 7; ref++) {
        VAAV1TransformationType type = h->p->wm[ref].wmtype;
        put_bit(&h->bits, type != VAAV1TransformationIdentity);
        if (type == VAAV1TransformationIdentity) continue;
        put_bit(&h->bits, type == VAAV1TransformationRotzoom);
        if (type != VAAV1TransformationRotzoom) put_bit(&h->bits, type == VAAV1TransformationTranslation);
        if (type >= VAAV1TransformationRotzoom) {
            put_motion_parameter(h, type, ref, 2);
            put_motion_parameter(h, type, ref, 3);
            if (type == VAAV1TransformationAffine) {
                put_motion_parameter(h, type, ref, 4);
                put_motion_parameter(h, type, ref, 5);
            }
        }
        put_motion_parameter(h, type, ref, 0);
        put_motion_parameter(h, type, ref, 1);
    }
}

static void put_points(struct bitwriter *bits, int count, const uint8_t *values, const uint8_t *scalings) {
    put_bits(bits, 4, (uint32_t)count);
    for (int i = 0; i < count; i++) {
        put_bits(bits, 8, values[i]);
        put_bits(bits, 8, scalings[i]);
    }
}

static void put_film_grain(struct header *h) {
    const VAFilmGrainStructAV1 *g = &h->p->film_grain_info;
    struct bitwriter *bits = &h->bits;
    put_bit(bits, g->film_grain_info_fields.bits.apply_grain);
    if (!g->film_grain_info_fields.bits.apply_grain) return;
    put_bits(bits, 16, g->grain_seed);
    if (h->frame->type == AV1_INTER_FRAME) put_bit(bits, 1); // update_grain
    put_points(bits, g->num_y_points, g->point_y_value, g->point_y_scaling);
    bool mono = h->planes == 1, from_luma = !mono && g->film_grain_info_fields.bits.chroma_scaling_from_luma;
    int cb = g->num_cb_points, cr = g->num_cr_points;
    if (!mono) put_bit(bits, from_luma);
    if (mono || from_luma || !g->num_y_points) {
        cb = cr = 0;
    } else {
        put_points(bits, cb, g->point_cb_value, g->point_cb_scaling);
        put_points(bits, cr, g->point_cr_value, g->point_cr_scaling);
    }
    put_bits(bits, 2, g->film_grain_info_fields.bits.grain_scaling_minus_8);
    int lag = (int)g->film_grain_info_fields.bits.ar_coeff_lag, luma = 2 * lag * (lag + 1);
    put_bits(bits, 2, (uint32_t)lag);
    for (int i = 0; i < luma && g->num_y_points; i++) put_bits(bits, 8, (uint32_t)(g->ar_coeffs_y[i] + 128));
    int chroma = g->num_y_points ? luma + 1 : luma;
    for (int i = 0; i < chroma && (from_luma || cb); i++) put_bits(bits, 8, (uint32_t)(g->ar_coeffs_cb[i] + 128));
    for (int i = 0; i < chroma && (from_luma || cr); i++) put_bits(bits, 8, (uint32_t)(g->ar_coeffs_cr[i] + 128));
    put_bits(bits, 2, g->film_grain_info_fields.bits.ar_coeff_shift_minus_6);
    put_bits(bits, 2, g->film_grain_info_fields.bits.grain_scale_shift);
    if (cb) {
        put_bits(bits, 8, g->cb_mult);
        put_bits(bits, 8, g->cb_luma_mult);
        put_bits(bits, 9, g->cb_offset);
    }
    if (cr) {
        put_bits(bits, 8, g->cr_mult);
        put_bits(bits, 8, g->cr_luma_mult);
        put_bits(bits, 9, g->cr_offset);
    }
    put_bit(bits, g->film_grain_info_fields.bits.overlap_flag);
    put_bit(bits, g->film_grain_info_fields.bits.clip_to_restricted_range);
}

/// From show_existing_frame to refresh_frame_flags.
static void put_beginning(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    bool key = h->frame->type == AV1_KEY_FRAME;
    put_bit(&h->bits, 0); // show_existing_frame
    put_bits(&h->bits, 2, (uint32_t)h->frame->type);
    put_bit(&h->bits, 1); // show_frame
    if (!key) put_bit(&h->bits, h->resilient);
    put_bit(&h->bits, p->pic_info_fields.bits.disable_cdf_update);
    put_bit(&h->bits, p->pic_info_fields.bits.allow_screen_content_tools);
    if (p->pic_info_fields.bits.allow_screen_content_tools) put_bit(&h->bits, p->pic_info_fields.bits.force_integer_mv);
    put_bit(&h->bits, 1); // frame_size_override_flag
    put_bits(&h->bits, h->hint_bits, p->order_hint);
    if (!h->intra && !h->resilient) put_bits(&h->bits, 3, (uint32_t)h->primary);
    if (!key) put_bits(&h->bits, 8, (uint32_t)h->frame->refresh);
    if (!key && h->resilient && h->hint_bits)
        for (int i = 0; i < 8; i++) put_bits(&h->bits, h->hint_bits, (uint32_t)h->frame->hints[i]);
}

static void put_references(struct header *h) {
    const VADecPictureParameterBufferAV1 *p = h->p;
    if (h->hint_bits) put_bit(&h->bits, 0); // frame_refs_short_signaling
    for (int i = 0; i < 7; i++) put_bits(&h->bits, 3, (uint32_t)h->frame->slots[i]);
    if (!h->resilient) put_bits(&h->bits, 7, 0); // found_ref: the size is written out
    put_frame_size(h);
    if (!p->pic_info_fields.bits.force_integer_mv) put_bit(&h->bits, p->pic_info_fields.bits.allow_high_precision_mv);
    put_bit(&h->bits, p->interp_filter == 4); // is_filter_switchable
    if (p->interp_filter != 4) put_bits(&h->bits, 2, p->interp_filter);
    put_bit(&h->bits, p->pic_info_fields.bits.is_motion_mode_switchable);
    if (!h->resilient && h->hint_bits) put_bit(&h->bits, p->pic_info_fields.bits.use_ref_frame_mvs);
}

bool av1_write_frame_header(struct bytes *out, const VADecPictureParameterBufferAV1 *p, const struct av1_frame *frame) {
    struct header h = {.p = p, .frame = frame, .bits = {.bytes = out}};
    h.intra = frame->type == AV1_KEY_FRAME || frame->type == AV1_INTRA_ONLY_FRAME;
    h.resilient = frame->type == AV1_KEY_FRAME || p->pic_info_fields.bits.error_resilient_mode;
    h.primary = h.intra || h.resilient ? PRIMARY_REF_NONE : p->primary_ref_frame;
    h.planes = p->seq_info_fields.fields.mono_chrome ? 1 : 3;
    h.hint_bits = p->seq_info_fields.fields.enable_order_hint ? p->order_hint_bits_minus_1 + 1 : 0;
    h.superres = p->pic_info_fields.bits.use_superres;
    int denominator = h.superres ? p->superres_scale_denominator : SUPERRES_NUM;
    h.frame_width = ((p->frame_width_minus1 + 1) * SUPERRES_NUM + denominator / 2) / denominator;
    h.lossless = is_coded_lossless(p);
    bool intrabc = p->pic_info_fields.bits.allow_intrabc;

    put_beginning(&h);
    if (h.intra) {
        put_frame_size(&h);
        if (p->pic_info_fields.bits.allow_screen_content_tools && !h.superres) put_bit(&h.bits, intrabc);
    } else {
        put_references(&h);
    }
    if (!p->pic_info_fields.bits.disable_cdf_update)
        put_bit(&h.bits, p->pic_info_fields.bits.disable_frame_end_update_cdf);
    if (!put_tile_info(&h)) return false;
    put_quantization(&h);
    put_segmentation(&h);
    put_deltas(&h);
    if (!h.lossless && !intrabc) put_loop_filter(&h);
    if (!h.lossless && !intrabc && p->seq_info_fields.fields.enable_cdef) put_cdef(&h);
    if (!(h.lossless && !h.superres) && !intrabc) put_restoration(&h);
    if (!h.lossless) put_bit(&h.bits, p->mode_control_fields.bits.tx_mode == 2);
    if (!h.intra) put_bit(&h.bits, p->mode_control_fields.bits.reference_select);
    if (allows_skip_mode(&h)) put_bit(&h.bits, p->mode_control_fields.bits.skip_mode_present);
    if (!h.intra && !h.resilient) put_bit(&h.bits, p->pic_info_fields.bits.allow_warped_motion);
    put_bit(&h.bits, p->mode_control_fields.bits.reduced_tx_set_used);
    if (!h.intra) put_global_motion(&h);
    if (p->seq_info_fields.fields.film_grain_params_present) put_film_grain(&h);
    put_alignment(&h.bits, 0);
    return true;
}
