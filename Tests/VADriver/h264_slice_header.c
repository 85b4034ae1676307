/// Reading and writing slice headers.
#include "h264_slice_header.h"

#include "bitreader.h"
#include "bitwriter.h"
#include "nal.h"

static void read_sps(struct h264_slice_syntax *syntax, struct bitreader *bits) {
    int profile = (int)get_bits(bits, 8);
    get_bits(bits, 16); // constraints, level
    get_ue(bits);       // id
    if (profile == 100) {
        get_ue(bits); // chroma_format_idc
        get_ue(bits);
        get_ue(bits);
        get_bits(bits, 2); // no transform bypass, no scaling matrix
    }
    syntax->log2_max_frame_num = (int)get_ue(bits) + 4;
    syntax->poc_type = (int)get_ue(bits);
    if (syntax->poc_type == 0) syntax->log2_max_poc_lsb = (int)get_ue(bits) + 4;
    get_ue(bits);  // max_num_ref_frames
    get_bit(bits); // gaps
    get_ue(bits);  // width
    get_ue(bits);  // height
    syntax->frame_mbs_only = get_bit(bits);
}

static void read_pps(struct h264_slice_syntax *syntax, struct bitreader *bits) {
    get_ue(bits);
    get_ue(bits);
    syntax->cabac = get_bit(bits);
    syntax->pic_order_present = get_bit(bits);
    get_ue(bits); // slice groups
    get_ue(bits); // default counts
    get_ue(bits);
    get_bits(bits, 3); // weights
    syntax->init_qp = 26 + get_se(bits);
    get_se(bits);
    syntax->chroma_qp_index_offset = get_se(bits);
    syntax->deblocking_control_present = get_bit(bits);
    get_bits(bits, 2); // constrained_intra_pred_flag, redundant_pic_cnt_present_flag
    size_t last = bits->size * 8;
    while (last > bits->position && !(bits->data[(last - 1) >> 3] >> (7 - ((last - 1) & 7)) & 1)) last--;
    if (last > bits->position + 1) syntax->transform_8x8_mode = get_bit(bits);
}

bool h264_read_parameter_set(struct h264_slice_syntax *syntax, const uint8_t *nal, size_t size) {
    int type = nal[0] & 31;
    if (type != 7 && type != 8) return true;
    uint8_t rbsp[256];
    struct bitreader bits = {.data = rbsp};
    bits.size = nal_unescape(rbsp, sizeof rbsp, nal + 1, size - 1, NULL);
    if (type == 7) read_sps(syntax, &bits);
    else read_pps(syntax, &bits);
    return !bits.overrun && (type == 8 || syntax->poc_type != 1);
}

/// The parts of a slice's header that stay what they were.
struct kept {
    uint32_t first_mb, type;
    uint32_t cabac_init_idc;
    int qp;
    uint32_t disable_deblocking;
    int alpha, beta;
};

static bool read_header(struct bitreader *bits, const struct h264_slice_syntax *from, struct kept *kept) {
    uint8_t nal = (uint8_t)get_bits(bits, 8);
    bool idr = (nal & 31) == 5;
    *kept = (struct kept){0};
    kept->first_mb = get_ue(bits);
    kept->type = get_ue(bits) % 5;
    if (kept->type != 0 && kept->type != 2) return false;
    get_ue(bits); // pic_parameter_set_id
    get_bits(bits, from->log2_max_frame_num);
    if (!from->frame_mbs_only && get_bit(bits)) return false;
    if (idr) get_ue(bits);
    if (from->poc_type == 0) {
        get_bits(bits, from->log2_max_poc_lsb);
        if (from->pic_order_present) get_se(bits);
    }
    if (kept->type == 0) {
        if (get_bit(bits) && get_ue(bits)) return false; // more than one reference
        if (get_bit(bits)) return false;                 // an order of references of its own
    }
    if (nal >> 5) {
        if (idr) get_bits(bits, 2);
        else if (get_bit(bits)) return false; // marks references
    }
    if (from->cabac && kept->type == 0) kept->cabac_init_idc = get_ue(bits);
    kept->qp = from->init_qp + get_se(bits);
    if (from->deblocking_control_present) {
        kept->disable_deblocking = get_ue(bits);
        if (kept->disable_deblocking != 1) {
            kept->alpha = get_se(bits);
            kept->beta = get_se(bits);
        }
    }
    return !bits->overrun;
}

static bool write_header(struct bitwriter *bits, const struct h264_slice_syntax *to,
                         const struct h264_slice_header *header, const struct kept *kept) {
    if (header->idr && kept->type != 2) return false;
    put_bits(bits, 8, header->idr ? 3 << 5 | 5 : 2 << 5 | 1);
    put_ue(bits, kept->first_mb);
    put_ue(bits, kept->type + 5);
    put_ue(bits, (uint32_t)header->pps_id);
    put_bits(bits, to->log2_max_frame_num, (uint32_t)header->frame_num);
    if (!to->frame_mbs_only) {
        put_bit(bits, header->field);
        if (header->field) put_bit(bits, header->bottom);
    }
    if (header->idr) put_ue(bits, (uint32_t)header->idr_pic_id);
    if (to->poc_type == 0) {
        put_bits(bits, to->log2_max_poc_lsb, (uint32_t)header->poc_lsb);
        if (to->pic_order_present) put_se(bits, 0);
    }
    if (kept->type == 0) {
        put_bit(bits, 1); // num_ref_idx_active_override_flag
        put_ue(bits, 0);  // one reference, the picture before
        put_bit(bits, 0); // ref_pic_list_modification_flag_l0
    }
    if (header->idr) put_bits(bits, 2, 0);
    else put_bit(bits, 0); // adaptive_ref_pic_marking_mode_flag
    if (to->cabac && kept->type == 0) put_ue(bits, kept->cabac_init_idc);
    put_se(bits, kept->qp - to->init_qp);
    if (to->deblocking_control_present) {
        put_ue(bits, kept->disable_deblocking);
        if (kept->disable_deblocking != 1) {
            put_se(bits, kept->alpha);
            put_se(bits, kept->beta);
        }
        return true;
    }
    return !kept->disable_deblocking && !kept->alpha && !kept->beta;
}

bool h264_rewrite_slice(struct bytes *out, const uint8_t *nal, size_t size, const struct h264_slice_syntax *from,
                        const struct h264_slice_syntax *to, const struct h264_slice_header *header, int *qp) {
    uint8_t *rbsp = malloc(size);
    if (!rbsp) return false;
    struct bitreader bits = {.data = rbsp};
    bits.size = nal_unescape(rbsp, size, nal, size, NULL);
    struct kept kept;
    struct bytes fresh = {0};
    struct bitwriter writer = {.bytes = &fresh};
    bool understood = read_header(&bits, from, &kept) && write_header(&writer, to, header, &kept);
    if (understood && to->cabac) {
        put_alignment(&writer, 1);
        size_t data = (bits.position + 7) / 8;
        bytes_append(&fresh, rbsp + data, bits.size - data);
    } else if (understood) {
        size_t end = bits.size * 8;
        while (end > bits.position && !(rbsp[(end - 1) >> 3] >> (7 - ((end - 1) & 7)) & 1)) end--;
        while (bits.position + 1 < end) put_bit(&writer, get_bit(&bits));
        put_trailing_bits(&writer);
    }
    if (understood) {
        *qp = kept.qp;
        bytes_append(out, start_code, sizeof start_code);
        nal_escape(out, fresh.data, fresh.size);
        if (fresh.failed) out->failed = 1;
    }
    bytes_free(&fresh);
    free(rbsp);
    return understood;
}
