/// Decoding for the check, in hardware and in software.
#include <libavutil/hwcontext_vaapi.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "winsys.h"

static void terminate(AVHWDeviceContext *device) { vaTerminate(((AVVAAPIDeviceContext *)device->hwctx)->display); }

AVBufferRef *open_device(void) {
    VADisplay display = winsys_display();
    int major, minor;
    if (!display) return NULL;
    vaSetInfoCallback(display, NULL, NULL);
    if (vaInitialize(display, &major, &minor) != VA_STATUS_SUCCESS) {
        vaTerminate(display);
        return NULL;
    }
    AVBufferRef *reference = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_VAAPI);
    if (!reference) return NULL;
    AVHWDeviceContext *device = (AVHWDeviceContext *)reference->data;
    ((AVVAAPIDeviceContext *)device->hwctx)->display = display;
    device->free = terminate;
    if (av_hwdevice_ctx_init(reference) < 0) av_buffer_unref(&reference);
    return reference;
}

static void count_error(struct player *player) {
    if (++player->errors == player->forgive) inject("");
}

static enum AVPixelFormat choose_hardware(AVCodecContext *decoder, const enum AVPixelFormat *formats) {
    for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++)
        if (*format == AV_PIX_FMT_VAAPI) return *format;
    ((struct player *)decoder->opaque)->refused = true;
    for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++)
        if (!(av_pix_fmt_desc_get(*format)->flags & AV_PIX_FMT_FLAG_HWACCEL)) return *format;
    return AV_PIX_FMT_NONE;
}

bool player_open(struct player *player, const char *path, AVBufferRef *device) {
    memset(player, 0, sizeof *player);
    player->packet = av_packet_alloc();
    if (avformat_open_input(&player->input, path, NULL, NULL) < 0) return false;
    if (avformat_find_stream_info(player->input, NULL) < 0) return false;
    player->stream = av_find_best_stream(player->input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (player->stream < 0) return false;
    AVCodecParameters *parameters = player->input->streams[player->stream]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    // The one for AV1 that has a hwaccel is not the first.
    if (device && parameters->codec_id == AV_CODEC_ID_AV1) codec = avcodec_find_decoder_by_name("av1");
    if (!codec) return false;
    player->decoder = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(player->decoder, parameters);
    player->decoder->opaque = player;
    player->decoder->thread_count = getenv("THREADS") ? atoi(getenv("THREADS")) : 1;
    if (device) {
        player->decoder->hw_device_ctx = av_buffer_ref(device);
        player->decoder->get_format = choose_hardware;
        player->decoder->extra_hw_frames = 2;
    }
    return avcodec_open2(player->decoder, codec, NULL) >= 0;
}

void player_close(struct player *player) {
    avcodec_free_context(&player->decoder);
    avformat_close_input(&player->input);
    av_packet_free(&player->packet);
}

bool player_next(struct player *player, AVFrame *frame) {
    for (;;) {
        int result = avcodec_receive_frame(player->decoder, frame);
        if (result >= 0) return true;
        if (result == AVERROR_EOF) return false;
        if (result != AVERROR(EAGAIN)) {
            count_error(player);
            continue;
        }
        if (player->at_end) return false;
        if (av_read_frame(player->input, player->packet) < 0) {
            player->at_end = true;
            avcodec_send_packet(player->decoder, NULL);
            continue;
        }
        if (player->packet->stream_index == player->stream &&
            avcodec_send_packet(player->decoder, player->packet) < 0)
            count_error(player);
        av_packet_unref(player->packet);
    }
}

void player_seek(struct player *player, int64_t timestamp) {
    av_seek_frame(player->input, player->stream, timestamp, AVSEEK_FLAG_BACKWARD);
    avcodec_flush_buffers(player->decoder);
    player->at_end = false;
}

bool download(AVFrame *to, const AVFrame *frame) {
    av_frame_unref(to);
    if (av_hwframe_transfer_data(to, frame, 0) < 0) return false;
    to->width = frame->width;
    to->height = frame->height;
    return true;
}

static bool same_row(const uint8_t *hardware, const uint8_t *const *software, int planes, int count, bool wide) {
    for (int i = 0; i < count; i++) {
        for (int plane = 0; plane < planes; plane++) {
            unsigned one, other;
            if (wide) {
                one = ((const uint16_t *)(const void *)hardware)[i * planes + plane];
                other = (unsigned)((const uint16_t *)(const void *)software[plane])[i] << 6;
            } else {
                one = hardware[i * planes + plane];
                other = software[plane][i];
            }
            if (one != other) return false;
        }
    }
    return true;
}

bool same_pixels(const AVFrame *downloaded, const AVFrame *software) {
    bool wide = downloaded->format == AV_PIX_FMT_P010;
    if (downloaded->width != software->width || downloaded->height != software->height) return false;
    if (wide ? software->format != AV_PIX_FMT_YUV420P10
             : software->format != AV_PIX_FMT_YUV420P && software->format != AV_PIX_FMT_YUVJ420P)
        return false;
    for (int y = 0; y < software->height; y++) {
        const uint8_t *const row[1] = {software->data[0] + y * software->linesize[0]};
        if (!same_row(downloaded->data[0] + y * downloaded->linesize[0], row, 1, software->width, wide)) return false;
    }
    for (int y = 0; y < (software->height + 1) / 2; y++) {
        const uint8_t *const row[2] = {software->data[1] + y * software->linesize[1],
                                       software->data[2] + y * software->linesize[2]};
        if (!same_row(downloaded->data[1] + y * downloaded->linesize[1], row, 2, (software->width + 1) / 2, wide))
            return false;
    }
    return true;
}
