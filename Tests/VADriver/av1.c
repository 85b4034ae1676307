/// AV1: the client hands over tiles and no header at all, so headers are written from the parameters.
///
/// Hardware has surfaces where the bitstream has eight slots, and the parameters do not say which slots a frame goes
/// to. They need not: slots are given out here. A frame goes to one that holds nothing the client still lists. Where
/// all eight are listed, it goes to none for the time being, and is decoded once more before the next frame, when the
/// client has said what it let go of.
///
/// Every frame is marked as shown, so that dav1d puts it out at once. A hidden key frame would clear the slots then:
/// it is written as an intra-only frame, which decodes to the same. With film grain only the display surface is
/// filled; the one without grain stays as it was, since dav1d has that picture. Switch frames and scalability are not
/// done. libavcodec 5.1 has no software behind its AV1 hwaccel: what is refused here is an error there.
#include "av1_headers.h"
#include "codec.h"

struct slot {
    VASurfaceID surface; // or VA_INVALID_SURFACE
    int hint;
    int32_t motion[7][6];
};

/// A frame that is in no slot.
struct homeless {
    struct slot slot;
    VADecPictureParameterBufferAV1 parameters;
    struct av1_frame frame;
    struct bytes tiles;
};

struct av1_slots {
    struct slot slots[8];
    VASurfaceID listed[8]; // by the last frame that listed any
    VASurfaceID last;      // the surface of the frame before
    struct homeless homeless;
};

void av1_slots_free(struct av1_slots *slots) {
    if (slots) bytes_free(&slots->homeless.tiles);
    free(slots);
}

static struct av1_slots *slots_of(struct decoder *decoder) {
    if (decoder->slots) return decoder->slots;
    struct av1_slots *slots = decoder->slots = calloc(1, sizeof *slots);
    if (!slots) return NULL;
    for (int i = 0; i < 8; i++) slots->slots[i].surface = slots->listed[i] = VA_INVALID_SURFACE;
    slots->homeless.slot.surface = slots->last = VA_INVALID_SURFACE;
    return slots;
}

static bool lists(const VASurfaceID *map, VASurfaceID surface) {
    for (int i = 0; i < 8; i++)
        if (map[i] == surface) return true;
    return false;
}

/// A slot that holds nothing on the list, or something that another slot holds, too; -1 when there is none.
static int free_slot(const struct av1_slots *slots, const VASurfaceID *map, VASurfaceID also) {
    for (int i = 0; i < 8; i++) {
        VASurfaceID surface = slots->slots[i].surface;
        if (surface == VA_INVALID_SURFACE || (!lists(map, surface) && surface != also)) return i;
        for (int j = 0; j < i; j++)
            if (slots->slots[j].surface == surface) return i;
    }
    return -1;
}

static int slot_of(const struct av1_slots *slots, VASurfaceID surface) {
    for (int i = 0; i < 8; i++)
        if (slots->slots[i].surface == surface) return i;
    return -1;
}

/// The tiles in their order, each but the last with its size (5.11.1).
static bool gather_tiles(const struct picture *picture, const VADecPictureParameterBufferAV1 *p, struct bytes *out) {
    int count = p->tile_cols * p->tile_rows;
    if (count > 1) bytes_append_byte(out, 0); // tile_start_and_end_present_flag, and alignment
    for (int tile = 0; tile < count; tile++) {
        const struct slice *found = NULL;
        for (int i = 0; i < picture->slice_count && !found; i++) {
            const VASliceParameterBufferAV1 *slice = picture->slices[i].parameters;
            if (slice->tile_row * p->tile_cols + slice->tile_column == tile) found = &picture->slices[i];
        }
        if (!found || !found->size) return false;
        uint32_t size = (uint32_t)found->size - 1;
        for (int i = 0; i < 4 && tile < count - 1; i++) bytes_append_byte(out, (uint8_t)(size >> 8 * i));
        bytes_append(out, found->data, found->size);
    }
    return true;
}

static bool write_frame(struct bytes *out, const VADecPictureParameterBufferAV1 *p, const struct av1_frame *frame,
                        const struct bytes *tiles) {
    struct bytes payload = {0};
    bool written = av1_write_frame_header(&payload, p, frame);
    bytes_append(&payload, tiles->data, tiles->size);
    if (written) av1_write_obu(out, AV1_OBU_FRAME, &payload);
    bytes_free(&payload);
    return written;
}

/// Decodes the frame that is in no slot again, into one that has become free.
static bool house(struct av1_slots *slots, const VASurfaceID *map, struct bytes *out) {
    struct homeless *homeless = &slots->homeless;
    if (homeless->slot.surface == VA_INVALID_SURFACE) return true;
    bool done = true;
    if (lists(map, homeless->slot.surface)) {
        int free = free_slot(slots, map, VA_INVALID_SURFACE);
        if (free < 0) return false;
        homeless->frame.refresh = 1 << free;
        done = write_frame(out, &homeless->parameters, &homeless->frame, &homeless->tiles);
        slots->slots[free] = homeless->slot;
    }
    homeless->slot.surface = VA_INVALID_SURFACE;
    return done;
}

static void describe(struct av1_slots *slots, const VADecPictureParameterBufferAV1 *p, struct av1_frame *frame) {
    frame->type = p->pic_info_fields.bits.frame_type;
    if (frame->type == AV1_KEY_FRAME && !p->pic_info_fields.bits.show_frame) frame->type = AV1_INTRA_ONLY_FRAME;
    for (int i = 0; i < 8; i++) frame->hints[i] = slots->slots[i].hint;
    for (int i = 0; i < 7; i++) {
        VASurfaceID surface = p->ref_frame_map[p->ref_frame_idx[i] & 7];
        int slot = frame->type == AV1_INTER_FRAME ? slot_of(slots, surface) : 0;
        frame->slots[i] = slot < 0 ? 0 : slot;
        memcpy(frame->motion[i], av1_no_motion, sizeof av1_no_motion);
    }
    if (frame->type == AV1_INTER_FRAME && !p->pic_info_fields.bits.error_resilient_mode && p->primary_ref_frame < 7)
        memcpy(frame->motion, slots->slots[frame->slots[p->primary_ref_frame]].motion, sizeof frame->motion);
}

/// Where the frame goes; what it leaves behind for later ones.
static void place(struct av1_slots *slots, const VADecPictureParameterBufferAV1 *p, struct av1_frame *frame,
                  struct bytes *tiles) {
    struct slot slot = {.surface = p->current_frame, .hint = p->order_hint};
    for (int i = 0; i < 7; i++)
        memcpy(slot.motion[i], frame->type == AV1_INTER_FRAME ? p->wm[i].wmmat : av1_no_motion, sizeof slot.motion[i]);
    if (frame->type == AV1_KEY_FRAME) {
        for (int i = 0; i < 8; i++) slots->slots[i] = slot;
        slots->homeless.slot.surface = VA_INVALID_SURFACE;
        frame->refresh = 0xff;
        return;
    }
    // A surface that is decoded into again is no reference any more.
    for (int i = 0; i < 8; i++)
        if (slots->slots[i].surface == p->current_frame) slots->slots[i].surface = VA_INVALID_SURFACE;
    bool listed = p->pic_info_fields.bits.frame_type != AV1_KEY_FRAME; // a key frame lists none, even if all stay
    int free = free_slot(slots, listed ? p->ref_frame_map : slots->listed, listed ? VA_INVALID_SURFACE : slots->last);
    frame->refresh = free < 0 ? 0 : 1 << free;
    if (free >= 0) {
        slots->slots[free] = slot;
    } else {
        struct homeless *homeless = &slots->homeless;
        homeless->slot = slot;
        homeless->parameters = *p;
        homeless->frame = *frame;
        bytes_clear(&homeless->tiles);
        bytes_append(&homeless->tiles, tiles->data, tiles->size);
    }
}

static bool rebuild(struct decoder *decoder, struct driver *driver, const struct picture *picture,
                    struct rebuilt *out) {
    const VADecPictureParameterBufferAV1 *p = (const void *)picture->parameters->data;
    struct av1_slots *slots = slots_of(decoder);
    unsigned type = p->pic_info_fields.bits.frame_type;
    if (!slots || p->profile != 0 || p->bit_depth_idx > 1 || type == AV1_SWITCH_FRAME ||
        p->pic_info_fields.bits.large_scale_tile)
        return false;
    struct bytes tiles = {0};
    struct av1_frame frame = {0};
    bool understood = gather_tiles(picture, p, &tiles) && !tiles.failed;
    if (understood && type != AV1_KEY_FRAME) understood = house(slots, p->ref_frame_map, &out->before);
    else if (understood && !p->pic_info_fields.bits.show_frame)
        understood = slots->homeless.slot.surface == VA_INVALID_SURFACE;
    if (understood) {
        describe(slots, p, &frame);
        place(slots, p, &frame, &tiles);
        if (type != AV1_KEY_FRAME) memcpy(slots->listed, p->ref_frame_map, sizeof slots->listed);
        slots->last = p->current_frame;
        av1_write_sequence(&out->parameter_sets, p);
        understood = write_frame(&out->stream, p, &frame, &tiles);
    }
    bytes_free(&tiles);
    out->starts = frame.type == AV1_KEY_FRAME;
    out->output = p->current_display_picture;
    for (int i = 0; i < 7 && type == AV1_INTER_FRAME; i++)
        reference_add(&out->references, decoder, driver, p->ref_frame_map[p->ref_frame_idx[i] & 7], NULL);
    return understood;
}

const struct codec codec_av1 = {
    .id = AV_CODEC_ID_AV1,
    .library = "libdav1d",
    .parameters_size = offsetof(VADecPictureParameterBufferAV1, va_reserved),
    .slice_size = offsetof(VASliceParameterBufferAV1, va_reserved),
    .picture_comes_first = false,
    .rebuild = rebuild,
};
