/// h264_vaapi through the driver: what comes out decodes in software to what went in, with key frames where asked.
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

enum { FRAMES = 40, KEY_ONE = 17, KEY_TWO = 31 };

struct variant {
    const char *name;
    int width, height;
    const char *faults; // in force while it runs
    const char *options;
    bool global_header;
    bool refused; // it must come to an end that the client sees
};

static const struct variant variants[] = {
    {"constant quality, high", 320, 176, "", "rc_mode=CQP:qp=24:profile=high", false, false},
    {"CBR, main", 320, 176, "", "rc_mode=CBR:b=600k:profile=main", false, false},
    {"VBR, constrained baseline", 320, 176, "",
     "rc_mode=VBR:b=600k:maxrate=900k:profile=constrained_baseline", false, false},
    {"CAVLC, high", 320, 176, "", "rc_mode=CQP:qp=24:coder=cavlc:profile=high", false, false},
    {"3 slices", 320, 192, "", "rc_mode=CQP:qp=24:slices=3", false, false},
    {"cropped, 1280x720 minus 6", 1274, 714, "", "rc_mode=CQP:qp=24", false, false},
    {"delimiters and SEI", 320, 176, "", "rc_mode=CBR:b=600k:aud=1:sei=identifier+timing+recovery_point", false, false},
    {"global header", 320, 176, "", "rc_mode=CQP:qp=24", true, false},
    {"intra pictures that are no key frames", 320, 176, "", "rc_mode=CQP:qp=24:g=7:idr_interval=100", false, false},
    {"low power only", 320, 176, "low-power-only\n", "rc_mode=CQP:qp=24:low_power=1", false, false},
    {"no packed headers", 320, 176, "packed-headers-none\n", "rc_mode=CQP:qp=24", false, false},
    {"padded surfaces", 320, 176, "layout pitch2x\n", "rc_mode=CQP:qp=24", false, false},
    {"shifted surfaces", 320, 176, "layout shifted\n", "rc_mode=CQP:qp=24", false, false},
    {"tight surfaces, odd rows", 318, 178, "layout tight\n", "rc_mode=CQP:qp=24", false, false},
    {"no derived images", 320, 176, "derive-refused\n", "rc_mode=CQP:qp=24", false, false},
};

static void paint(AVFrame *frame, int number) {
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            frame->data[0][y * frame->linesize[0] + x] =
                (uint8_t)(128 + 80 * sin((x + 3 * number) / 17.0) * cos((y - 2 * number) / 23.0));
    for (int y = 0; y < (frame->height + 1) / 2; y++)
        for (int x = 0; x < frame->width; x++)
            frame->data[1][y * frame->linesize[1] + x] = (uint8_t)(x % 2 ? 90 + (y + number) % 64 : 100 + x / 8 % 50);
}

static AVFrame *painted(int width, int height, int number) {
    AVFrame *frame = av_frame_alloc();
    frame->format = AV_PIX_FMT_NV12;
    frame->width = width;
    frame->height = height;
    if (av_frame_get_buffer(frame, 0) >= 0) paint(frame, number);
    return frame;
}

static double quality(const AVFrame *decoded, int number) {
    AVFrame *source = painted(decoded->width, decoded->height, number);
    double error = 0;
    for (int y = 0; y < decoded->height; y++) {
        for (int x = 0; x < decoded->width; x++) {
            int difference =
                decoded->data[0][y * decoded->linesize[0] + x] - source->data[0][y * source->linesize[0] + x];
            error += difference * difference;
        }
    }
    av_frame_free(&source);
    error /= (double)decoded->width * decoded->height;
    return error > 0 ? 10 * log10(255 * 255 / error) : 99;
}

struct result {
    int packets, keys, misplaced, without_sets, decoded;
    double worst;
};

static void decode(AVCodecContext *decoder, const AVPacket *packet, struct result *result) {
    AVFrame *frame = av_frame_alloc();
    if (avcodec_send_packet(decoder, packet) >= 0 || !packet) {
        while (avcodec_receive_frame(decoder, frame) >= 0) {
            double now = quality(frame, result->decoded++);
            if (now < result->worst) result->worst = now;
            av_frame_unref(frame);
        }
    }
    av_frame_free(&frame);
}

static bool has_nal(const AVPacket *packet, int type) {
    for (int i = 0; i + 3 < packet->size; i++)
        if (!packet->data[i] && !packet->data[i + 1] && packet->data[i + 2] == 1 && (packet->data[i + 3] & 31) == type)
            return true;
    return false;
}

static void receive(AVCodecContext *encoder, AVCodecContext *decoder, struct result *result) {
    AVPacket *packet = av_packet_alloc();
    while (avcodec_receive_packet(encoder, packet) >= 0) {
        bool key = packet->flags & AV_PKT_FLAG_KEY, idr = has_nal(packet, 5);
        bool wanted = result->packets == 0 || result->packets == KEY_ONE || result->packets == KEY_TWO;
        result->packets++;
        result->keys += key;
        result->misplaced += key != wanted || idr != key;
        result->without_sets += key && (!has_nal(packet, 7) || !has_nal(packet, 8));
        decode(decoder, packet, result);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
}

static AVCodecContext *open_encoder(const struct variant *variant, AVBufferRef *device) {
    AVBufferRef *reference = av_hwframe_ctx_alloc(device);
    AVHWFramesContext *frames = (AVHWFramesContext *)reference->data;
    frames->format = AV_PIX_FMT_VAAPI;
    frames->sw_format = AV_PIX_FMT_NV12;
    frames->width = variant->width;
    frames->height = variant->height;
    frames->initial_pool_size = 4;
    AVCodecContext *encoder = avcodec_alloc_context3(avcodec_find_encoder_by_name("h264_vaapi"));
    encoder->width = variant->width;
    encoder->height = variant->height;
    encoder->pix_fmt = AV_PIX_FMT_VAAPI;
    encoder->time_base = (AVRational){1, 30};
    encoder->framerate = (AVRational){30, 1};
    encoder->gop_size = 1000;
    if (variant->global_header) encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary *options = NULL;
    av_dict_parse_string(&options, variant->options, "=", ":", 0);
    bool opened = av_hwframe_ctx_init(reference) >= 0 && (encoder->hw_frames_ctx = av_buffer_ref(reference)) &&
                  avcodec_open2(encoder, encoder->codec, &options) >= 0;
    av_dict_free(&options);
    av_buffer_unref(&reference);
    if (!opened) avcodec_free_context(&encoder);
    return encoder;
}

static bool encode(AVCodecContext *encoder, int number) {
    const AVHWFramesContext *frames = (const AVHWFramesContext *)encoder->hw_frames_ctx->data;
    AVFrame *surface = av_frame_alloc(), *source = painted(frames->width, frames->height, number);
    bool done = av_hwframe_get_buffer(encoder->hw_frames_ctx, surface, 0) >= 0 &&
                av_hwframe_transfer_data(surface, source, 0) >= 0;
    surface->pts = number;
    surface->pict_type = number == KEY_ONE || number == KEY_TWO ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    done = done && avcodec_send_frame(encoder, surface) >= 0;
    av_frame_free(&surface);
    av_frame_free(&source);
    return done;
}

static int run(const struct variant *variant) {
    inject(variant->faults);
    struct result result = {.worst = 99};
    AVBufferRef *device = open_device();
    AVCodecContext *encoder = device ? open_encoder(variant, device) : NULL;
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
    decoder->thread_count = 1;
    if (encoder && variant->global_header) {
        decoder->extradata = av_mallocz((size_t)encoder->extradata_size + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy(decoder->extradata, encoder->extradata, (size_t)encoder->extradata_size);
        decoder->extradata_size = encoder->extradata_size;
    }
    bool good = encoder && avcodec_open2(decoder, decoder->codec, NULL) >= 0;
    for (int i = 0; i < FRAMES && good; i++) {
        good = encode(encoder, i);
        receive(encoder, decoder, &result);
    }
    if (good) {
        avcodec_send_frame(encoder, NULL);
        receive(encoder, decoder, &result);
        decode(decoder, NULL, &result);
    }
    good = good && result.packets == FRAMES && result.decoded == FRAMES && result.keys == 3 && !result.misplaced &&
           !result.without_sets && result.worst > 30;
    if (variant->refused) good = !good && result.packets < 6;
    printf("%-28s %-44.*s %6d %8d %5.1f dB %s\n", "h264_vaapi", (int)strcspn(variant->name, "\n"), variant->name,
           result.packets, result.keys, result.worst, good ? "yes" : "NO");
    avcodec_free_context(&encoder);
    avcodec_free_context(&decoder);
    av_buffer_unref(&device);
    inject("");
    return !good;
}

int check_encode(void) {
    int wrong = 0;
    printf("%-28s %-44s %6s %8s %8s %s\n", "encoder", "variant", "frames", "keys", "worst", "as asked");
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) wrong += run(&variants[i]);
    static const char *const refusals[] = {"encode-missing\n", "context-refused encode\n", "encode-error-from 5\n",
                                           "upload-refused\n"};
    for (int i = 0; i < 4; i++) {
        struct variant variant = {refusals[i], 320, 176, refusals[i], "rc_mode=CQP:qp=24", false, true};
        wrong += run(&variant);
    }
    return wrong;
}
