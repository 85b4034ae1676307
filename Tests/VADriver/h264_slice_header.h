/// Slice headers of H.264 (7.3.3), read by one pair of parameter sets and written for another.
#pragma once

#include <stdbool.h>

#include "bytes.h"

/// What parameter sets say about the syntax of slices.
struct h264_slice_syntax {
    int log2_max_frame_num, poc_type, log2_max_poc_lsb;
    bool frame_mbs_only;
    bool cabac, pic_order_present;
    int init_qp;
    bool deblocking_control_present, transform_8x8_mode;
    int chroma_qp_index_offset;
};

/// What a picture's slices are to say, whatever they said.
struct h264_slice_header {
    bool idr, field, bottom;
    int pps_id, frame_num, idr_pic_id, poc_lsb;
};

/// Takes what it needs from an SPS or a PPS of libx264; any other NAL unit is passed over.
bool h264_read_parameter_set(struct h264_slice_syntax *syntax, const uint8_t *nal, size_t size);

/// Appends `nal`, an I or P slice of a frame with at most one reference, with a new header. `qp` gets the slice's
/// quantiser.
bool h264_rewrite_slice(struct bytes *out, const uint8_t *nal, size_t size, const struct h264_slice_syntax *from,
                        const struct h264_slice_syntax *to, const struct h264_slice_header *header, int *qp);
