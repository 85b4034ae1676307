/// AV1's sequence and frame headers (5.5, 5.9) from VA's picture parameters.
#pragma once

#include <stdbool.h>
#include <va/va.h>

#include "bytes.h"

enum { AV1_KEY_FRAME, AV1_INTER_FRAME, AV1_INTRA_ONLY_FRAME, AV1_SWITCH_FRAME };

/// What the parameters do not say about a frame, because hardware has surfaces where a bitstream has slots.
struct av1_frame {
    int type;          // of the frame that is written: a hidden key frame becomes an intra-only one
    int refresh;       // slots that it goes to
    int slots[7];      // of its references, LAST to ALTREF
    int hints[8];      // order hints of what is in the slots
    int32_t motion[7][6]; // the global motion of the frame that primary_ref_frame names, or the default
};

extern const int32_t av1_no_motion[6];

/// An OBU with the sequence header. It allows every tool and any size: frames say what they use.
void av1_write_sequence(struct bytes *out, const VADecPictureParameterBufferAV1 *parameters);

/// The frame header without its OBU, aligned to a byte. The frame is marked as shown.
bool av1_write_frame_header(struct bytes *out, const VADecPictureParameterBufferAV1 *parameters,
                            const struct av1_frame *frame);

enum { AV1_OBU_SEQUENCE_HEADER = 1, AV1_OBU_FRAME = 6 };

/// Appends an open bitstream unit with its size.
void av1_write_obu(struct bytes *out, int type, const struct bytes *payload);
