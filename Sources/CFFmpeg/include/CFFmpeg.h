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

/// Hands `buffer` to the frame, which frees it.
static inline void cffmpeg_set_buffer(AVFrame *frame, AVBufferRef *buffer) { frame->buf[0] = buffer; }

/// sws_scale over whole frames.
static inline int cffmpeg_scale(struct SwsContext *context, const AVFrame *source, AVFrame *target) {
    return sws_scale(context, (const uint8_t *const *)source->data, source->linesize, 0, source->height,
                     target->data, target->linesize);
}

/// Lets decoder threads call get_format themselves; ours only reads and takes a lock.
void cffmpeg_make_callbacks_thread_safe(AVCodecContext *context);

/// Receives one line of libav's log, without a newline, on the thread that logs. `level` is an AV_LOG_ value.
typedef void (*cffmpeg_log_handler)(int level, const char *line);

/// Sends libav's log to `handler`, lines up to `level` only. With NULL, libav says nothing.
void cffmpeg_set_log(cffmpeg_log_handler handler, int level);

#endif
