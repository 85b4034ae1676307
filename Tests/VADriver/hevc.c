/// HEVC: slices with their reference picture sets written out.
///
/// The sequence parameter set's tables of reference picture sets are not among VA's parameters, and a slice may name
/// one of them by number. But the set itself is: it is what the client lists as reference frames. So each slice's
/// header gets an explicit set in place of what it had, with the bits before and after copied. Slice data begins at a
/// byte, behind a byte that is not zero, so it goes as it came, its emulation prevention included.
///
/// RASL pictures are renamed RADL: whether leading pictures can be decoded is the client's to decide, and it did.
///
/// Where several long-term pictures come from the sequence parameter set by number, their order among themselves is
/// not known; the client's order of reference frames is taken.
#include "bitreader.h"
#include "bitwriter.h"
#include "codec.h"
#include "hevc_parameter_sets.h"
#include "nal.h"

enum { MAXIMUM_PPS = 64, MAXIMUM_REFERENCES = 15, MAXIMUM_HEADER = 4096 };
enum { NAL_RADL_N = 6, NAL_RASL_N = 8, NAL_RASL_R = 9, NAL_IRAP_FIRST = 16, NAL_IDR_W_RADL = 19, NAL_IDR_N_LP = 20,
       NAL_IRAP_LAST = 23 };

struct reference {
    int order;
    bool used; // by this picture, and not only by later ones
};

/// The reference picture set of a picture, as the client lists it.
struct reference_set {
    struct reference before[MAXIMUM_REFERENCES], after[MAXIMUM_REFERENCES], long_term[MAXIMUM_REFERENCES];
    int before_count, after_count, long_count;
};

static void insert(struct reference *list, int *count, struct reference reference, int current) {
    int at = (*count)++;
    for (; at > 0 && abs(list[at - 1].order - current) > abs(reference.order - current); at--) list[at] = list[at - 1];
    list[at] = reference;
}

static void read_set(const VAPictureParameterBufferHEVC *parameters, struct reference_set *set) {
    int current = parameters->CurrPic.pic_order_cnt;
    memset(set, 0, sizeof *set);
    for (int i = 0; i < MAXIMUM_REFERENCES; i++) {
        const VAPictureHEVC *picture = &parameters->ReferenceFrames[i];
        if (picture->flags & VA_PICTURE_HEVC_INVALID || picture->picture_id == VA_INVALID_SURFACE) continue;
        const uint32_t used_flags =
            VA_PICTURE_HEVC_RPS_ST_CURR_BEFORE | VA_PICTURE_HEVC_RPS_ST_CURR_AFTER | VA_PICTURE_HEVC_RPS_LT_CURR;
        struct reference reference = {picture->pic_order_cnt, (picture->flags & used_flags) != 0};
        if (picture->flags & VA_PICTURE_HEVC_LONG_TERM_REFERENCE || picture->flags & VA_PICTURE_HEVC_RPS_LT_CURR)
            set->long_term[set->long_count++] = reference;
        else if (reference.order < current) insert(set->before, &set->before_count, reference, current);
        else insert(set->after, &set->after_count, reference, current);
    }
}

static void put_short_term_set(struct bitwriter *bits, const struct reference_set *set, int current) {
    put_ue(bits, (uint32_t)set->before_count);
    put_ue(bits, (uint32_t)set->after_count);
    int last = current;
    for (int i = 0; i < set->before_count; i++) {
        put_ue(bits, (uint32_t)(last - set->before[i].order) - 1);
        put_bit(bits, set->before[i].used);
        last = set->before[i].order;
    }
    last = current;
    for (int i = 0; i < set->after_count; i++) {
        put_ue(bits, (uint32_t)(set->after[i].order - last) - 1);
        put_bit(bits, set->after[i].used);
        last = set->after[i].order;
    }
}

static int bits_for(uint32_t count) { // Ceil(Log2(count))
    int bits = 0;
    while ((1u << bits) < count) bits++;
    return bits;
}

static uint32_t picture_size_in_ctbs(const VAPictureParameterBufferHEVC *p) {
    int log2 = p->log2_min_luma_coding_block_size_minus3 + 3 + p->log2_diff_max_min_luma_coding_block_size;
    uint32_t side = 1u << log2;
    return ((p->pic_width_in_luma_samples + side - 1) >> log2) * ((p->pic_height_in_luma_samples + side - 1) >> log2);
}

/// Puts the long-term pictures into the order in which the header has them, as far as it names them by order count.
static void read_long_term(struct bitreader *bits, const VAPictureParameterBufferHEVC *p, struct reference_set *set) {
    int lsb_bits = p->log2_max_pic_order_cnt_lsb_minus4 + 4;
    uint32_t mask = (1u << lsb_bits) - 1;
    uint32_t from_sps = p->num_long_term_ref_pic_sps ? get_ue(bits) : 0, explicit = get_ue(bits);
    int next = (int)from_sps;
    for (uint32_t i = 0; i < from_sps + explicit && !bits->overrun; i++) {
        if (i < from_sps) {
            if (p->num_long_term_ref_pic_sps > 1) get_bits(bits, bits_for(p->num_long_term_ref_pic_sps));
        } else {
            uint32_t lsb = get_bits(bits, lsb_bits);
            get_bit(bits); // used_by_curr_pic_lt_flag
            for (int j = 0; j < set->long_count && next < set->long_count; j++) {
                bool placed = j >= (int)from_sps && j < next;
                if (placed || ((uint32_t)set->long_term[j].order & mask) != lsb) continue;
                struct reference found = set->long_term[j];
                set->long_term[j] = set->long_term[next];
                set->long_term[next++] = found;
                break;
            }
        }
        if (get_bit(bits)) get_ue(bits); // delta_poc_msb
    }
}

static void put_long_term(struct bitwriter *bits, const VAPictureParameterBufferHEVC *p,
                          const struct reference_set *set) {
    int lsb_bits = p->log2_max_pic_order_cnt_lsb_minus4 + 4;
    uint32_t mask = (1u << lsb_bits) - 1;
    put_ue(bits, (uint32_t)set->long_count);
    int current = p->CurrPic.pic_order_cnt, last_cycle = 0;
    for (int i = 0; i < set->long_count; i++) {
        int order = set->long_term[i].order;
        put_bits(bits, lsb_bits, (uint32_t)order & mask);
        put_bit(bits, set->long_term[i].used);
        // How many times the count has wrapped since; coded as a difference, which cannot go back.
        int cycle = ((current & ~(int)mask) - (order & ~(int)mask)) >> lsb_bits;
        put_bit(bits, cycle >= last_cycle);
        if (cycle >= last_cycle) {
            put_ue(bits, (uint32_t)(cycle - last_cycle));
            last_cycle = cycle;
        }
    }
}

/// Copies bits from `from` to `to` of what `reader` reads.
static void copy_bits(struct bitwriter *bits, const struct bitreader *reader, size_t from, size_t to) {
    struct bitreader copy = *reader;
    copy.position = from;
    while (copy.position < to) put_bit(bits, get_bit(&copy));
}

/// Where a header without byte_alignment() ends, which is `end` or up to a byte earlier.
static size_t without_alignment(const struct bitreader *reader, size_t end) {
    while (end > 0) {
        end--;
        if (reader->data[end >> 3] >> (7 - (end & 7)) & 1) return end;
    }
    return 0;
}

struct header {
    int nal_type, pps_id;
    bool has_set;         // there is a reference picture set to replace
    size_t set_at, set_end; // in bits: what is replaced
};

static bool read_header(struct bitreader *bits, const VAPictureParameterBufferHEVC *p, struct header *out,
                        struct reference_set *set) {
    out->nal_type = (int)(get_bits(bits, 16) >> 9 & 63);
    bool first = get_bit(bits);
    if (out->nal_type >= NAL_IRAP_FIRST && out->nal_type <= NAL_IRAP_LAST) get_bit(bits);
    out->pps_id = (int)get_ue(bits);
    bool dependent = false;
    if (!first) {
        if (p->slice_parsing_fields.bits.dependent_slice_segments_enabled_flag) dependent = get_bit(bits);
        get_bits(bits, bits_for(picture_size_in_ctbs(p)));
    }
    if (dependent) return !bits->overrun;
    get_bits(bits, p->num_extra_slice_header_bits);
    get_ue(bits); // slice_type
    if (p->slice_parsing_fields.bits.output_flag_present_flag) get_bit(bits);
    if (p->pic_fields.bits.separate_colour_plane_flag) get_bits(bits, 2);
    if (out->nal_type == NAL_IDR_W_RADL || out->nal_type == NAL_IDR_N_LP) return !bits->overrun;
    get_bits(bits, p->log2_max_pic_order_cnt_lsb_minus4 + 4);
    out->has_set = true;
    out->set_at = bits->position;
    bool from_sps = get_bit(bits);
    if (!from_sps) bits->position += p->st_rps_bits;
    else if (p->num_short_term_ref_pic_sets > 1) get_bits(bits, bits_for(p->num_short_term_ref_pic_sets));
    if (p->slice_parsing_fields.bits.long_term_ref_pics_present_flag) read_long_term(bits, p, set);
    out->set_end = bits->position;
    return !bits->overrun;
}

static bool rewrite_slice(const struct slice *slice, const VAPictureParameterBufferHEVC *p, struct bytes *out,
                          bool *used) {
    const VASliceParameterBufferHEVC *parameters = slice->parameters;
    size_t header_bytes = parameters->slice_data_byte_offset, consumed;
    if (header_bytes < 3 || header_bytes > MAXIMUM_HEADER) return false;
    uint8_t *rbsp = malloc(header_bytes);
    if (!rbsp) return false;
    struct bitreader bits = {.data = rbsp};
    bits.size = nal_unescape(rbsp, header_bytes, slice->data, slice->size, &consumed);
    struct header header = {0};
    struct reference_set set;
    read_set(p, &set);
    bool understood = bits.size == header_bytes && read_header(&bits, p, &header, &set) && header.pps_id < MAXIMUM_PPS;
    if (understood) {
        used[header.pps_id] = true;
        struct bytes fresh = {0};
        struct bitwriter writer = {.bytes = &fresh};
        size_t end = without_alignment(&bits, header_bytes * 8);
        if (header.has_set) {
            copy_bits(&writer, &bits, 0, header.set_at);
            put_bit(&writer, 0); // short_term_ref_pic_set_sps_flag
            put_short_term_set(&writer, &set, p->CurrPic.pic_order_cnt);
            if (p->slice_parsing_fields.bits.long_term_ref_pics_present_flag) put_long_term(&writer, p, &set);
            copy_bits(&writer, &bits, header.set_end, end);
        } else {
            copy_bits(&writer, &bits, 0, end);
        }
        put_trailing_bits(&writer);
        if (!fresh.failed && (header.nal_type == NAL_RASL_N || header.nal_type == NAL_RASL_R))
            fresh.data[0] = (uint8_t)((fresh.data[0] & 0x81) | (header.nal_type - NAL_RASL_N + NAL_RADL_N) << 1);
        bytes_append(out, start_code, sizeof start_code);
        nal_escape(out, fresh.data, fresh.size);
        bytes_append(out, slice->data + consumed, slice->size - consumed);
        if (fresh.failed) out->failed = 1;
        bytes_free(&fresh);
    }
    free(rbsp);
    return understood;
}

static bool rebuild(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out) {
    const VAPictureParameterBufferHEVC *parameters = (const void *)picture->parameters->data;
    if (parameters->pic_fields.bits.chroma_format_idc > 1 ||
        parameters->bit_depth_luma_minus8 != parameters->bit_depth_chroma_minus8)
        return false;
    bool used[MAXIMUM_PPS] = {0};
    for (int i = 0; i < picture->slice_count; i++)
        if (!rewrite_slice(&picture->slices[i], parameters, &out->stream, used)) return false;
    const VAIQMatrixBufferHEVC *matrix =
        parameters->pic_fields.bits.scaling_list_enabled_flag && picture->matrix &&
                picture->matrix->size >= offsetof(VAIQMatrixBufferHEVC, va_reserved)
            ? (const void *)picture->matrix->data
            : NULL;
    hevc_write_vps_and_sps(&out->parameter_sets, parameters);
    for (int id = 0; id < MAXIMUM_PPS; id++)
        if (used[id]) hevc_write_pps(&out->parameter_sets, parameters, matrix, id);
    out->starts = parameters->slice_parsing_fields.bits.RapPicFlag;
    out->order[0] = out->order[1] = parameters->CurrPic.pic_order_cnt;
    for (int i = 0; i < MAXIMUM_REFERENCES; i++) {
        const VAPictureHEVC *reference = &parameters->ReferenceFrames[i];
        if (reference->flags & VA_PICTURE_HEVC_INVALID) continue;
        const int order[2] = {reference->pic_order_cnt, reference->pic_order_cnt};
        reference_add(&out->references, decoder, driver, reference->picture_id, order);
    }
    return true;
}

const struct codec codec_hevc = {
    .id = AV_CODEC_ID_HEVC,
    .library = "hevc",
    .parameters_size = offsetof(VAPictureParameterBufferHEVC, va_reserved),
    .slice_size = offsetof(VASliceParameterBufferHEVC, va_reserved),
    .picture_comes_first = true,
    .rebuild = rebuild,
};
