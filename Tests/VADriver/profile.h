/// What the device can do: its profiles.
#pragma once

#include <libavcodec/codec_id.h>
#include <stdbool.h>
#include <va/va.h>

enum codec_number { CODEC_H264, CODEC_HEVC, CODEC_VP8, CODEC_VP9, CODEC_AV1 };

struct profile {
    VAProfile profile;
    const char *name; // as faults call it
    enum codec_number codec;
    uint32_t formats; // VA_RT_FORMAT_ bits
    bool encodes;
};

extern const struct profile profiles[];
extern const int profile_count;

/// NULL when the device does not have it.
const struct profile *profile_find(VAProfile profile);
