/// Making field pictures.
#include "fields.h"

#include <stdio.h>

#include "h264_parameter_sets.h"
#include "h264_slice_header.h"
#include "nal.h"

struct stream {
    struct bytes in, out;
    struct h264_slice_syntax from;
    int width_in_mbs, height_in_mbs;
    int pictures, since_idr;
};

enum { WIDTH_IN_MBS = 20, FIELD_HEIGHT_IN_MBS = 6 }; // 320x96, as clips.sh makes it

static void write_sets(struct stream *stream) {
    h264_write_sps(&stream->out, &(struct h264_sps){
        .profile_idc = 77, .level_idc = 40, .log2_max_frame_num = 8, .poc_type = 0, .log2_max_poc_lsb = 8,
        .max_num_ref_frames = 2, .width_in_mbs = WIDTH_IN_MBS, .height_in_mbs = 2 * FIELD_HEIGHT_IN_MBS,
        .direct_8x8_inference = true});
    h264_write_pps(&stream->out, &(struct h264_pps){
        .num_ref_idx_default = {2, 1}, .init_qp_minus26 = stream->from.init_qp - 26,
        .chroma_qp_index_offset = {stream->from.chroma_qp_index_offset, stream->from.chroma_qp_index_offset},
        .deblocking_control_present = stream->from.deblocking_control_present});
}

static int take(struct stream *stream, const uint8_t *nal, size_t size) {
    int type = nal[0] & 31;
    if (type != 1 && type != 5) return h264_read_parameter_set(&stream->from, nal, size);
    bool bottom = stream->pictures++ % 2;
    if (type == 5 && bottom) return 0;
    if (type == 5) {
        stream->since_idr = 0;
        write_sets(stream);
    }
    struct h264_slice_syntax to = stream->from;
    to.log2_max_frame_num = to.log2_max_poc_lsb = 8;
    to.poc_type = 0;
    to.frame_mbs_only = false;
    struct h264_slice_header header = {
        .idr = type == 5, .field = true, .bottom = bottom, .frame_num = stream->since_idr & 255,
        .idr_pic_id = stream->pictures / 2 & 1, .poc_lsb = (2 * stream->since_idr + bottom) & 255};
    if (bottom) stream->since_idr++;
    int qp;
    return h264_rewrite_slice(&stream->out, nal, size, &stream->from, &to, &header, &qp);
}

static int convert(struct stream *stream) {
    const uint8_t *data = stream->in.data;
    size_t size = stream->in.size, start = 0;
    for (size_t i = 0; i + 3 <= size; i++) {
        if (data[i] || data[i + 1] || data[i + 2] != 1) continue;
        size_t end = i;
        while (end > start && !data[end - 1]) end--;
        if (start && !take(stream, data + start, end - start)) return 1;
        start = i + 3;
    }
    return start && take(stream, data + start, size - start) ? 0 : 1;
}

int make_fields(const char *from, const char *to) {
    struct stream stream = {0};
    FILE *file = fopen(from, "rb");
    if (!file) return 1;
    uint8_t block[4096];
    for (size_t count; (count = fread(block, 1, sizeof block, file)) > 0;) bytes_append(&stream.in, block, count);
    fclose(file);
    int result = convert(&stream);
    file = result ? NULL : fopen(to, "wb");
    if (!file || fwrite(stream.out.data, 1, stream.out.size, file) != stream.out.size) result = 1;
    if (file && fclose(file)) result = 1;
    bytes_free(&stream.in);
    bytes_free(&stream.out);
    return result;
}
