/// The table of profiles.
#include "profile.h"

const struct profile profiles[] = {
    {VAProfileH264ConstrainedBaseline, "H264ConstrainedBaseline", CODEC_H264, VA_RT_FORMAT_YUV420, true},
    {VAProfileH264Main, "H264Main", CODEC_H264, VA_RT_FORMAT_YUV420, true},
    {VAProfileH264High, "H264High", CODEC_H264, VA_RT_FORMAT_YUV420, true},
    {VAProfileHEVCMain, "HEVCMain", CODEC_HEVC, VA_RT_FORMAT_YUV420, false},
    {VAProfileHEVCMain10, "HEVCMain10", CODEC_HEVC, VA_RT_FORMAT_YUV420 | VA_RT_FORMAT_YUV420_10, false},
    {VAProfileVP8Version0_3, "VP8Version0_3", CODEC_VP8, VA_RT_FORMAT_YUV420, false},
    {VAProfileVP9Profile0, "VP9Profile0", CODEC_VP9, VA_RT_FORMAT_YUV420, false},
    {VAProfileVP9Profile2, "VP9Profile2", CODEC_VP9, VA_RT_FORMAT_YUV420_10, false},
    {VAProfileAV1Profile0, "AV1Profile0", CODEC_AV1, VA_RT_FORMAT_YUV420 | VA_RT_FORMAT_YUV420_10, false},
};
const int profile_count = sizeof profiles / sizeof profiles[0];

const struct profile *profile_find(VAProfile profile) {
    for (int i = 0; i < profile_count; i++)
        if (profiles[i].profile == profile) return &profiles[i];
    return NULL;
}
