/// H.264 encoding: libx264 makes slice data, and its slice headers are written anew for the client's parameter sets.
///
/// The client's packed headers (parameter sets, delimiters, SEI) are passed on as they are, so what it knows as its
/// extradata is what the stream is. Its packed slice header is not: the quantiser is rate control's, as in hardware.
/// libx264 is kept to what the headers can say: one reference, the picture coded before; no B pictures, no weights.
/// The reconstructed surface stays empty; libx264 has the picture.
#include "encoder.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <stdio.h>

#include "bytes.h"
#include "h264_parameter_sets.h"
#include "h264_slice_header.h"
#include "nal.h"

enum { MAXIMUM_SLICES = 32 };

struct encoder {
    VAProfile profile;
    uint32_t rate_control;
    VAEncSequenceParameterBufferH264 sequence;
    VAEncPictureParameterBufferH264 picture;
    VAEncSliceParameterBufferH264 slice; // the first of the picture
    VAEncMiscParameterRateControl rate;
    VAEncMiscParameterHRD hrd;
    uint32_t frame_rate; // numerator, and denominator in the upper half
    bool has_sequence, has_picture, has_rate, has_hrd;
    int slice_count;
    uint32_t packed_type, packed_bits;
    bool has_packed_sets;
    struct bytes prefix; // what goes in front of the slices

    AVCodecContext *library;
    AVPacket *packet;
    int64_t number;
    struct h264_slice_syntax syntax; // libx264's
    int input_width, input_height, slices_open;
    uint32_t fields_open; // the picture's, when the library was opened
};

struct encoder *encoder_create(const struct config *config, int width, int height) {
    (void)width, (void)height; // the sequence and the surface say it again
    struct encoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return NULL;
    encoder->profile = config->profile->profile;
    encoder->rate_control = config->rate_control;
    encoder->packet = av_packet_alloc();
    encoder->frame_rate = 30;
    return encoder;
}

void encoder_destroy(struct encoder *encoder) {
    if (!encoder) return;
    avcodec_free_context(&encoder->library);
    av_packet_free(&encoder->packet);
    bytes_free(&encoder->prefix);
    free(encoder);
}

void encoder_begin(struct encoder *encoder) {
    encoder->has_picture = false;
    encoder->slice_count = 0;
    encoder->has_packed_sets = false;
    bytes_clear(&encoder->prefix);
}

/// Calls `visit` for each NAL unit of a byte stream.
static bool for_each_nal(const uint8_t *data, size_t size, bool (*visit)(void *, const uint8_t *, size_t),
                         void *context) {
    size_t start = SIZE_MAX, i = 0;
    for (; i + 3 <= size; i++) {
        if (data[i] || data[i + 1] || data[i + 2] != 1) continue;
        if (start != SIZE_MAX) {
            size_t end = i;
            while (end > start && !data[end - 1]) end--;
            if (!visit(context, data + start, end - start)) return false;
        }
        start = i + 3;
        i += 2;
    }
    return start == SIZE_MAX || start >= size || visit(context, data + start, size - start);
}

static bool pass_on(void *context, const uint8_t *nal, size_t size) {
    struct encoder *encoder = context;
    int type = nal[0] & 31;
    if (type == 1 || type == 5) return true;
    if (type == 7) encoder->has_packed_sets = true;
    bytes_append(&encoder->prefix, start_code, sizeof start_code);
    bytes_append(&encoder->prefix, nal, size);
    return true;
}

static void take_misc(struct encoder *encoder, const struct buffer *buffer) {
    const VAEncMiscParameterBuffer *misc = (const void *)buffer->data;
    size_t size = buffer->size - sizeof *misc;
    if (misc->type == VAEncMiscParameterTypeRateControl && size >= sizeof encoder->rate) {
        memcpy(&encoder->rate, misc->data, sizeof encoder->rate);
        encoder->has_rate = true;
    } else if (misc->type == VAEncMiscParameterTypeHRD && size >= sizeof encoder->hrd) {
        memcpy(&encoder->hrd, misc->data, sizeof encoder->hrd);
        encoder->has_hrd = true;
    } else if (misc->type == VAEncMiscParameterTypeFrameRate && size >= sizeof(VAEncMiscParameterFrameRate)) {
        encoder->frame_rate = ((const VAEncMiscParameterFrameRate *)(const void *)misc->data)->framerate;
    }
}

VAStatus encoder_render(struct encoder *encoder, struct buffer *buffer) {
    switch (buffer->type) {
    case VAEncSequenceParameterBufferType:
        if (buffer->size < sizeof encoder->sequence) return VA_STATUS_ERROR_INVALID_BUFFER;
        memcpy(&encoder->sequence, buffer->data, sizeof encoder->sequence);
        encoder->has_sequence = true;
        return VA_STATUS_SUCCESS;
    case VAEncPictureParameterBufferType:
        if (buffer->size < sizeof encoder->picture) return VA_STATUS_ERROR_INVALID_BUFFER;
        memcpy(&encoder->picture, buffer->data, sizeof encoder->picture);
        encoder->has_picture = true;
        return VA_STATUS_SUCCESS;
    case VAEncSliceParameterBufferType:
        if (buffer->size < sizeof encoder->slice) return VA_STATUS_ERROR_INVALID_BUFFER;
        if (!encoder->slice_count) memcpy(&encoder->slice, buffer->data, sizeof encoder->slice);
        encoder->slice_count += (int)buffer->count;
        return encoder->slice_count <= MAXIMUM_SLICES ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_MAX_NUM_EXCEEDED;
    case VAEncMiscParameterBufferType:
        if (buffer->size < sizeof(VAEncMiscParameterBuffer)) return VA_STATUS_ERROR_INVALID_BUFFER;
        take_misc(encoder, buffer);
        return VA_STATUS_SUCCESS;
    case VAEncPackedHeaderParameterBufferType: {
        if (buffer->size < sizeof(VAEncPackedHeaderParameterBuffer)) return VA_STATUS_ERROR_INVALID_BUFFER;
        const VAEncPackedHeaderParameterBuffer *header = (const void *)buffer->data;
        if (!header->has_emulation_bytes) return VA_STATUS_ERROR_INVALID_PARAMETER;
        encoder->packed_type = header->type;
        encoder->packed_bits = header->bit_length;
        return VA_STATUS_SUCCESS;
    }
    case VAEncPackedHeaderDataBufferType: {
        size_t size = (encoder->packed_bits + 7) / 8;
        if (size > (size_t)buffer->size * buffer->count) return VA_STATUS_ERROR_INVALID_BUFFER;
        for_each_nal(buffer->data, size, pass_on, encoder);
        return VA_STATUS_SUCCESS;
    }
    default: return VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE;
    }
}

static void set_rates(struct encoder *encoder) {
    AVCodecContext *library = encoder->library;
    if (encoder->rate_control == VA_RC_CQP) {
        av_opt_set_int(library->priv_data, "qp", encoder->picture.pic_init_qp + encoder->slice.slice_qp_delta, 0);
        return;
    }
    int64_t peak = encoder->has_rate ? encoder->rate.bits_per_second : encoder->sequence.bits_per_second;
    if (peak <= 0) peak = 1000000;
    int64_t percentage = encoder->has_rate && encoder->rate.target_percentage ? encoder->rate.target_percentage : 100;
    library->bit_rate = encoder->rate_control == VA_RC_CBR ? peak : peak * percentage / 100;
    library->rc_max_rate = peak;
    library->rc_buffer_size =
        encoder->has_hrd && encoder->hrd.buffer_size ? (int)encoder->hrd.buffer_size : (int)peak;
}

static bool learn_syntax(void *context, const uint8_t *nal, size_t size) {
    return h264_read_parameter_set(&((struct encoder *)context)->syntax, nal, size);
}

/// Opens libx264, or opens it again when the client has changed what it cannot be told on the way.
static bool open_library(struct encoder *encoder, const struct surface *input) {
    const VAEncPictureParameterBufferH264 *picture = &encoder->picture;
    uint32_t fields = picture->pic_fields.value;
    fields &= ~3u; // all but idr_pic_flag and reference_pic_flag, which are the picture's own
    fields &= ~(1u << 2);
    if (encoder->library && encoder->input_width == input->planes.width &&
        encoder->input_height == input->planes.height && encoder->slices_open == encoder->slice_count &&
        encoder->fields_open == fields) {
        set_rates(encoder);
        return true;
    }
    avcodec_free_context(&encoder->library);
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    AVCodecContext *library = encoder->library = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!library) return false;
    encoder->input_width = library->width = input->planes.width;
    encoder->input_height = library->height = input->planes.height;
    encoder->slices_open = encoder->slice_count;
    encoder->fields_open = fields;
    library->pix_fmt = AV_PIX_FMT_NV12;
    int numerator = encoder->frame_rate & 0xffff, denominator = encoder->frame_rate >> 16;
    library->time_base = (AVRational){denominator ? denominator : 1, numerator ? numerator : 30};
    library->framerate = av_inv_q(library->time_base);
    library->thread_count = 1; // CPU time is the calling thread's
    library->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    library->log_level_offset = 100;
    set_rates(encoder);
    char text[512];
    snprintf(text, sizeof text,
             "ref=1:bframes=0:scenecut=0:keyint=infinite:weightp=0:psy=0:deblock=0,0:ipratio=1:slices=%d:cabac=%d:"
             "8x8dct=%d:chroma-qp-offset=%d:constrained-intra=%d",
             encoder->slice_count, (int)picture->pic_fields.bits.entropy_coding_mode_flag,
             (int)picture->pic_fields.bits.transform_8x8_mode_flag, picture->chroma_qp_index_offset,
             (int)picture->pic_fields.bits.constrained_intra_pred_flag);
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", "superfast", 0);
    av_dict_set(&options, "tune", "zerolatency", 0);
    av_dict_set(&options, "forced-idr", "1", 0);
    av_dict_set(&options, "x264-params", text, 0);
    int result = avcodec_open2(library, codec, &options);
    av_dict_free(&options);
    memset(&encoder->syntax, 0, sizeof encoder->syntax);
    return result >= 0 &&
           for_each_nal(library->extradata, (size_t)library->extradata_size, learn_syntax, encoder);
}

static void release_input(void *memory, uint8_t *data) {
    (void)data;
    memory_release(memory);
}

static bool run_library(struct encoder *encoder, const struct surface *input, bool intra) {
    AVFrame *frame = av_frame_alloc();
    if (!frame) return false;
    frame->format = AV_PIX_FMT_NV12;
    frame->width = input->planes.width;
    frame->height = input->planes.height;
    for (int i = 0; i < 2; i++) {
        frame->data[i] = surface_plane(input, i);
        frame->linesize[i] = (int)input->planes.pitch;
    }
    frame->buf[0] = av_buffer_create(input->memory->data, input->memory->size, release_input,
                                     memory_retain(input->memory), AV_BUFFER_FLAG_READONLY);
    frame->pts = encoder->number++;
    frame->pict_type = intra ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    int result = avcodec_send_frame(encoder->library, frame);
    av_frame_free(&frame);
    return result >= 0 && avcodec_receive_packet(encoder->library, encoder->packet) >= 0;
}

/// The parameter sets, for a client that does not bring its own.
static void write_parameter_sets(struct encoder *encoder) {
    const VAEncSequenceParameterBufferH264 *sequence = &encoder->sequence;
    const VAEncPictureParameterBufferH264 *picture = &encoder->picture;
    bool high = encoder->profile == VAProfileH264High, main = encoder->profile == VAProfileH264Main;
    h264_write_sps(&encoder->prefix, &(struct h264_sps){
        .profile_idc = high ? 100 : main ? 77 : 66,
        .constraint_flags = high || main ? 0 : 0xc0,
        .level_idc = sequence->level_idc,
        .id = sequence->seq_parameter_set_id,
        .chroma_format_idc = 1,
        .log2_max_frame_num = (int)sequence->seq_fields.bits.log2_max_frame_num_minus4 + 4,
        .poc_type = (int)sequence->seq_fields.bits.pic_order_cnt_type,
        .log2_max_poc_lsb = (int)sequence->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4,
        .max_num_ref_frames = (int)sequence->max_num_ref_frames,
        .width_in_mbs = sequence->picture_width_in_mbs,
        .height_in_mbs = sequence->picture_height_in_mbs,
        .frame_mbs_only = true,
        .direct_8x8_inference = sequence->seq_fields.bits.direct_8x8_inference_flag,
        .crop_left = (int)sequence->frame_crop_left_offset,
        .crop_right = (int)sequence->frame_crop_right_offset,
        .crop_top = (int)sequence->frame_crop_top_offset,
        .crop_bottom = (int)sequence->frame_crop_bottom_offset,
        .no_reordering = true,
    });
    h264_write_pps(&encoder->prefix, &(struct h264_pps){
        .id = picture->pic_parameter_set_id,
        .sps_id = picture->seq_parameter_set_id,
        .cabac = picture->pic_fields.bits.entropy_coding_mode_flag,
        .pic_order_present = picture->pic_fields.bits.pic_order_present_flag,
        .num_ref_idx_default = {picture->num_ref_idx_l0_active_minus1 + 1, picture->num_ref_idx_l1_active_minus1 + 1},
        .init_qp_minus26 = picture->pic_init_qp - 26,
        .chroma_qp_index_offset = {picture->chroma_qp_index_offset, picture->second_chroma_qp_index_offset},
        .deblocking_control_present = picture->pic_fields.bits.deblocking_filter_control_present_flag,
        .constrained_intra_pred = picture->pic_fields.bits.constrained_intra_pred_flag,
        .transform_8x8_mode = picture->pic_fields.bits.transform_8x8_mode_flag,
    });
}

struct rewriting {
    struct encoder *encoder;
    struct bytes out;
    struct h264_slice_syntax syntax; // the client's
    struct h264_slice_header header; // what is the same in all of the picture's slices
    int qp;
};

static bool rewrite(void *context, const uint8_t *nal, size_t size) {
    struct rewriting *rewriting = context;
    int type = nal[0] & 31;
    if (type != 1 && type != 5) return true;
    return h264_rewrite_slice(&rewriting->out, nal, size, &rewriting->encoder->syntax, &rewriting->syntax,
                              &rewriting->header, &rewriting->qp);
}

static bool rewrite_slices(struct encoder *encoder, struct rewriting *rewriting) {
    const VAEncSequenceParameterBufferH264 *sequence = &encoder->sequence;
    const VAEncPictureParameterBufferH264 *picture = &encoder->picture;
    rewriting->encoder = encoder;
    rewriting->syntax = (struct h264_slice_syntax){
        .log2_max_frame_num = (int)sequence->seq_fields.bits.log2_max_frame_num_minus4 + 4,
        .poc_type = (int)sequence->seq_fields.bits.pic_order_cnt_type,
        .log2_max_poc_lsb = (int)sequence->seq_fields.bits.log2_max_pic_order_cnt_lsb_minus4 + 4,
        .frame_mbs_only = true,
        .cabac = picture->pic_fields.bits.entropy_coding_mode_flag,
        .pic_order_present = picture->pic_fields.bits.pic_order_present_flag,
        .init_qp = picture->pic_init_qp,
        .deblocking_control_present = picture->pic_fields.bits.deblocking_filter_control_present_flag,
        .transform_8x8_mode = picture->pic_fields.bits.transform_8x8_mode_flag,
        .chroma_qp_index_offset = picture->chroma_qp_index_offset,
    };
    rewriting->header = (struct h264_slice_header){
        .idr = picture->pic_fields.bits.idr_pic_flag,
        .pps_id = picture->pic_parameter_set_id,
        .frame_num = picture->frame_num,
        .idr_pic_id = encoder->slice.idr_pic_id,
        .poc_lsb = encoder->slice.pic_order_cnt_lsb,
    };
    const struct h264_slice_syntax *ours = &encoder->syntax, *theirs = &rewriting->syntax;
    if (ours->cabac != theirs->cabac || ours->chroma_qp_index_offset != theirs->chroma_qp_index_offset ||
        (ours->transform_8x8_mode && !theirs->transform_8x8_mode))
        return false;
    return for_each_nal(encoder->packet->data, (size_t)encoder->packet->size, rewrite, rewriting) &&
           !rewriting->out.failed;
}

static VAStatus check(const struct encoder *encoder, const struct surface *input) {
    const VAEncSequenceParameterBufferH264 *sequence = &encoder->sequence;
    if (!encoder->has_sequence || !encoder->has_picture || !encoder->slice_count)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    if (input->planes.fourcc != VA_FOURCC_NV12) return VA_STATUS_ERROR_INVALID_IMAGE_FORMAT;
    if ((input->planes.width + 15) / 16 != sequence->picture_width_in_mbs ||
        (input->planes.height + 15) / 16 != sequence->picture_height_in_mbs)
        return VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED;
    // What libx264 was not told to do cannot be claimed: every picture is a reference, the one before is its own.
    const uint8_t type = encoder->slice.slice_type % 5;
    if (!sequence->seq_fields.bits.frame_mbs_only_flag || sequence->seq_fields.bits.pic_order_cnt_type == 1 ||
        (type != 0 && type != 2) || !encoder->picture.pic_fields.bits.reference_pic_flag ||
        encoder->picture.pic_fields.bits.weighted_pred_flag)
        return VA_STATUS_ERROR_INVALID_PARAMETER;
    return VA_STATUS_SUCCESS;
}

VAStatus encoder_encode(struct encoder *encoder, struct driver *driver, struct surface *input) {
    VAStatus status = check(encoder, input);
    if (status != VA_STATUS_SUCCESS) return status;
    struct buffer *coded = object_find(&driver->objects, encoder->picture.coded_buf, KIND_BUFFER);
    if (!coded || coded->type != VAEncCodedBufferType) {
        object_release(coded);
        return VA_STATUS_ERROR_INVALID_BUFFER;
    }
    bool idr = encoder->picture.pic_fields.bits.idr_pic_flag, intra = idr || encoder->slice.slice_type % 5 == 2;
    struct rewriting rewriting = {0};
    status = VA_STATUS_ERROR_ENCODING_ERROR;
    if (open_library(encoder, input) && run_library(encoder, input, intra) && rewrite_slices(encoder, &rewriting)) {
        if (idr && !encoder->has_packed_sets) write_parameter_sets(encoder);
        size_t size = encoder->prefix.size + rewriting.out.size;
        coded->segment = (VACodedBufferSegment){.status = (uint32_t)rewriting.qp & 0xff};
        if (size <= (size_t)coded->size * coded->count) {
            memcpy(coded->data, encoder->prefix.data, encoder->prefix.size);
            memcpy(coded->data + encoder->prefix.size, rewriting.out.data, rewriting.out.size);
            coded->segment.size = (uint32_t)size;
        } else {
            coded->segment.status |= VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK;
        }
        status = VA_STATUS_SUCCESS;
        status_add(COUNTER_ENCODED_H264, 1);
        if (idr) status_add(COUNTER_ENCODED_KEY, 1);
    }
    av_packet_unref(encoder->packet);
    bytes_free(&rewriting.out);
    object_release(coded);
    return status;
}
