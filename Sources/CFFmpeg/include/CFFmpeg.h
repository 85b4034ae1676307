// libav for Swift: the headers, and as functions and constants what the importer cannot see (macros, va_list).

#ifndef CFFMPEG_H
#define CFFMPEG_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/spherical.h>
#include <libavutil/stereo3d.h>
#include <libswscale/swscale.h>

static const int CFFMPEG_ERROR_EOF = AVERROR_EOF;
static const int CFFMPEG_ERROR_EAGAIN = AVERROR(EAGAIN);
static const int CFFMPEG_ERROR_EXIT = AVERROR_EXIT;
static const int CFFMPEG_ERROR_INVALIDDATA = AVERROR_INVALIDDATA;
static const int CFFMPEG_ERROR_ENOMEM = AVERROR(ENOMEM);
static const int CFFMPEG_ERROR_EINVAL = AVERROR(EINVAL);
static const int CFFMPEG_ERROR_ENOSYS = AVERROR(ENOSYS);

static const int64_t CFFMPEG_NO_TIMESTAMP = AV_NOPTS_VALUE;

/// AVERROR(code) for a positive errno.
static inline int cffmpeg_error(int code) { return AVERROR(code); }

/// The stream's AVCodecParameters flag for a picture that is cover art.
static inline int cffmpeg_is_attached_picture(const AVStream *stream) {
    return (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}

/// The address of plane `index` (0–7) of a frame.
static inline uint8_t *cffmpeg_plane(const AVFrame *frame, int index) { return frame->data[index]; }

/// Bytes from one row of plane `index` to the next; negative when the picture is stored upside down.
static inline int cffmpeg_stride(const AVFrame *frame, int index) { return frame->linesize[index]; }

/// Makes plane `index` of `frame` start at `data`.
static inline void cffmpeg_set_plane(AVFrame *frame, int index, uint8_t *data, int stride) {
    frame->data[index] = data;
    frame->linesize[index] = stride;
}

// What libav calls differently from one version to the next: 5.1 on the one side, 6.1 and later on the other.
#define CFFMPEG_IS_OLD (LIBAVCODEC_VERSION_INT < AV_VERSION_INT(60, 31, 100))

#if CFFMPEG_IS_OLD
#define CFFMPEG_PROFILE(name) FF_PROFILE_##name
#else
#define CFFMPEG_PROFILE(name) AV_PROFILE_##name
#endif
static const int CFFMPEG_PROFILE_UNKNOWN = CFFMPEG_PROFILE(UNKNOWN);
static const int CFFMPEG_PROFILE_H264_CONSTRAINED_BASELINE = CFFMPEG_PROFILE(H264_CONSTRAINED_BASELINE);
static const int CFFMPEG_PROFILE_H264_MAIN = CFFMPEG_PROFILE(H264_MAIN);
static const int CFFMPEG_PROFILE_H264_HIGH = CFFMPEG_PROFILE(H264_HIGH);
static const int CFFMPEG_PROFILE_HEVC_MAIN = CFFMPEG_PROFILE(HEVC_MAIN);
static const int CFFMPEG_PROFILE_HEVC_MAIN_10 = CFFMPEG_PROFILE(HEVC_MAIN_10);
static const int CFFMPEG_PROFILE_VP9_0 = CFFMPEG_PROFILE(VP9_0);
static const int CFFMPEG_PROFILE_VP9_2 = CFFMPEG_PROFILE(VP9_2);
static const int CFFMPEG_PROFILE_AV1_MAIN = CFFMPEG_PROFILE(AV1_MAIN);

/// Shapes that libavutil knows from 7.1 on; before that a value that no picture has.
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(59, 39, 100)
#define CFFMPEG_SPHERICAL(name) AV_SPHERICAL_##name
#else
#define CFFMPEG_SPHERICAL(name) (-1)
#endif
static const int CFFMPEG_SPHERICAL_HALF_EQUIRECTANGULAR = CFFMPEG_SPHERICAL(HALF_EQUIRECTANGULAR);
static const int CFFMPEG_SPHERICAL_RECTILINEAR = CFFMPEG_SPHERICAL(RECTILINEAR);
static const int CFFMPEG_SPHERICAL_FISHEYE = CFFMPEG_SPHERICAL(FISHEYE);

/// How long a picture lasts, in the time base of its stream; 0 when unknown.
static inline int64_t cffmpeg_duration(const AVFrame *frame) {
#if CFFMPEG_IS_OLD
    return frame->pkt_duration;
#else
    return frame->duration;
#endif
}

static inline int cffmpeg_is_key_frame(const AVFrame *frame) {
#if CFFMPEG_IS_OLD
    return frame->key_frame;
#else
    return (frame->flags & AV_FRAME_FLAG_KEY) != 0;
#endif
}

/// Gives `target` the time stamp and the duration of `source`, and says of it whether it is a key frame.
static inline void cffmpeg_copy_times(AVFrame *target, const AVFrame *source) {
    target->best_effort_timestamp = source->best_effort_timestamp;
#if CFFMPEG_IS_OLD
    target->pkt_duration = source->pkt_duration;
    target->key_frame = source->key_frame;
#else
    target->duration = source->duration;
    target->flags = (target->flags & ~AV_FRAME_FLAG_KEY) | (source->flags & AV_FRAME_FLAG_KEY);
#endif
}

/// What the container says of the whole stream, `size` bytes of it; NULL when it says nothing of `type`.
static inline const uint8_t *cffmpeg_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *size) {
#if CFFMPEG_IS_OLD
    return av_stream_get_side_data(stream, type, size);
#else
    const AVCodecParameters *codec = stream->codecpar;
    const AVPacketSideData *data = av_packet_side_data_get(codec->coded_side_data, codec->nb_coded_side_data, type);
    if (data == NULL) return NULL;
    *size = data->size;
    return data->data;
#endif
}

/// Hands `buffer` to the frame, which frees it.
static inline void cffmpeg_set_buffer(AVFrame *frame, AVBufferRef *buffer) { frame->buf[0] = buffer; }

/// sws_scale over whole frames.
static inline int cffmpeg_scale(struct SwsContext *context, const AVFrame *source, AVFrame *target) {
    return sws_scale(context, (const uint8_t *const *)source->data, source->linesize, 0, source->height,
                     target->data, target->linesize);
}

/// Lets decoder threads call get_format themselves; ours only reads and takes a lock.
void cffmpeg_make_callbacks_thread_safe(AVCodecContext *context);

#endif

/// Unpacks raw DEFLATE data into `target`; how many bytes came of it, or -1 when it is damaged or larger than that.
ptrdiff_t cffmpeg_inflate(const uint8_t *source, size_t source_size, uint8_t *target, size_t target_size);

/// Whether a picture has separate planes, alpha in the fourth, in samples of up to 16 bits as this processor has them.
int cffmpeg_is_planar_with_alpha(enum AVPixelFormat format);

/// Lays `source`, which has such planes, over black: into `target`, of the same format and size.
void cffmpeg_over_black(AVFrame *target, const AVFrame *source);

/// Whether a picture is RGB in words of their own, of more than 8 bits.
int cffmpeg_is_deep_rgb(enum AVPixelFormat format);

/// Converts such a picture to `target`, which is `yuv420p10` of the same size, in limited range.
///
/// - red, blue: their weights in the luma.
void cffmpeg_deep_rgb_to_420(AVFrame *target, const AVFrame *source, double red, double blue);
