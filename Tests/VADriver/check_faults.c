/// The faults, each injected into something that plays, and the bounds of memory and descriptors.
#include <dirent.h>
#include <libavutil/hwcontext_vaapi.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <va/va_drmcommon.h>

#include "check.h"

struct outcome {
    bool device, opened, refused;
    int frames, hardware, identical, errors;
    double seconds; // spent downloading
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/// Plays a clip beside software, with `early` in force from before the device is opened, and `late` from frame `at`
/// until there were `forgive` errors.
static struct outcome play_on(const char *folder, const char *name, const char *early, const char *late, int at,
                              int forgive) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct outcome outcome = {0};
    inject(early);
    AVBufferRef *device = open_device();
    outcome.device = device != NULL;
    struct player hardware = {0}, software = {0};
    AVFrame *one = av_frame_alloc(), *other = av_frame_alloc(), *pixels = av_frame_alloc();
    outcome.opened = device && player_open(&hardware, path, device) && player_open(&software, path, NULL);
    hardware.forgive = forgive;
    while (outcome.opened && player_next(&hardware, one)) {
        // A frame that is missing is missing: the others are compared by their time.
        bool found = false;
        while (!found && player_next(&software, other)) found = other->pts == one->pts;
        bool surface = one->format == AV_PIX_FMT_VAAPI;
        double start = now();
        if (surface && download(pixels, one)) {
            outcome.hardware++;
            outcome.identical += found && same_pixels(pixels, other);
        }
        outcome.seconds += now() - start;
        if (++outcome.frames == at && late) inject(late);
        av_frame_unref(one);
        av_frame_unref(other);
    }
    outcome.refused = hardware.refused;
    outcome.errors = hardware.errors;
    if (outcome.opened) {
        player_close(&hardware);
        player_close(&software);
    }
    av_frame_free(&one);
    av_frame_free(&other);
    av_frame_free(&pixels);
    av_buffer_unref(&device);
    inject("");
    return outcome;
}

static struct outcome play(const char *folder, const char *name, const char *early, const char *late, int at) {
    return play_on(folder, name, early, late, at, 0);
}

static int say(const char *fault, const char *what, bool good, struct outcome o) {
    printf("%-28.*s %-44s %s  (frames %d, hardware %d, identical %d, errors %d)\n",
           (int)strcspn(fault, "\n"), fault, what, good ? "yes" : "NO",
           o.frames, o.hardware, o.identical, o.errors);
    fflush(stdout);
    return !good;
}

static void *let_go(void *unused) {
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    inject("");
    return unused;
}

static int check_hang(const char *folder) {
    pthread_t thread;
    double start = now();
    // The download of frame 5 hangs until the other thread takes the fault away.
    inject("");
    pthread_create(&thread, NULL, let_go, NULL);
    struct outcome o = play(folder, "h264-main.mp4", "hang-sync\n", NULL, 0);
    pthread_join(thread, NULL);
    return say("hang-sync", "hangs until taken away, then plays on", now() - start > 0.25 && o.identical == 60, o);
}

static int check_upload(const char *name, const char *fault, bool works) {
    inject(fault);
    AVBufferRef *device = open_device(), *reference = device ? av_hwframe_ctx_alloc(device) : NULL;
    AVFrame *surface = av_frame_alloc(), *source = av_frame_alloc();
    int result = AVERROR_UNKNOWN;
    if (reference) {
        AVHWFramesContext *frames = (AVHWFramesContext *)reference->data;
        frames->format = AV_PIX_FMT_VAAPI;
        frames->sw_format = source->format = AV_PIX_FMT_NV12;
        frames->width = source->width = 320;
        frames->height = source->height = 176;
        result = av_hwframe_ctx_init(reference);
        if (result >= 0) result = av_frame_get_buffer(source, 0);
        if (result >= 0) result = av_hwframe_get_buffer(reference, surface, 0);
        if (result >= 0) result = av_hwframe_transfer_data(surface, source, 0);
    }
    av_frame_free(&surface);
    av_frame_free(&source);
    av_buffer_unref(&reference);
    av_buffer_unref(&device);
    inject("");
    return say(name, works ? "upload works" : "upload fails", (result >= 0) == works, (struct outcome){0});
}

/// Exports a decoded surface and looks at it through the descriptor.
static bool exported_is_right(const AVFrame *frame, const AVFrame *pixels) {
    const AVHWFramesContext *frames = (const AVHWFramesContext *)frame->hw_frames_ctx->data;
    VADisplay display = ((const AVVAAPIDeviceContext *)frames->device_ctx->hwctx)->display;
    VADRMPRIMESurfaceDescriptor layout;
    if (vaExportSurfaceHandle(display, (VASurfaceID)(uintptr_t)frame->data[3], VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME_2,
                              VA_EXPORT_SURFACE_READ_ONLY | VA_EXPORT_SURFACE_SEPARATE_LAYERS,
                              &layout) != VA_STATUS_SUCCESS)
        return false;
    bool same = layout.num_layers == 2 && layout.num_objects == 1;
    const uint8_t *map = mmap(NULL, layout.objects[0].size, PROT_READ, MAP_SHARED, layout.objects[0].fd, 0);
    close(layout.objects[0].fd);
    if (map == MAP_FAILED) return false;
    for (int plane = 0; plane < 2 && same; plane++)
        for (int y = 0; y < frame->height >> plane && same; y++)
            same = !memcmp(map + layout.layers[plane].offset[0] + (size_t)y * layout.layers[plane].pitch[0],
                           pixels->data[plane] + y * pixels->linesize[plane], (size_t)frame->width);
    munmap((void *)(uintptr_t)map, layout.objects[0].size);
    return same;
}

static int check_export(const char *folder, const char *faults, bool works) {
    char path[1024];
    snprintf(path, sizeof path, "%s/h264-main.mp4", folder);
    inject(faults);
    AVBufferRef *device = open_device();
    struct player player;
    AVFrame *frame = av_frame_alloc(), *pixels = av_frame_alloc();
    bool right = device && player_open(&player, path, device) && player_next(&player, frame) &&
                 download(pixels, frame) && exported_is_right(frame, pixels);
    av_frame_free(&frame);
    av_frame_free(&pixels);
    player_close(&player);
    av_buffer_unref(&device);
    inject("");
    return say(*faults ? faults : "export", works ? "the descriptor shows the picture" : "no descriptor",
               right == works, (struct outcome){0});
}

int check_faults(const char *folder) {
    const char *clip = "h264-main.mp4";
    struct outcome o;
    int wrong = 0;
    printf("%-28s %-44s %s\n", "fault", "consequence", "seen");
    o = play(folder, clip, "profile-missing H264Main\n", NULL, 0);
    wrong += say("profile-missing H264Main", "software from the start", o.refused && o.frames == 60 && !o.hardware, o);
    o = play(folder, clip, "max-size 300x300\n", NULL, 0);
    wrong += say("max-size 300x300", "software from the start", o.refused && o.frames == 60 && !o.hardware, o);
    o = play(folder, clip, "context-refused\n", NULL, 0);
    wrong += say("context-refused", "software from the start", o.refused && o.frames == 60 && !o.hardware, o);
    o = play(folder, clip, "context-refused encode\n", NULL, 0);
    wrong += say("context-refused encode", "decoding is not touched", !o.refused && o.identical == 60, o);
    o = play(folder, clip, "few-surfaces 3\n", NULL, 0);
    wrong += say("few-surfaces 3", "not all in hardware", o.hardware < 60, o);
    o = play(folder, clip, "alloc-fails surfaces\n", NULL, 0);
    wrong += say("alloc-fails surfaces", "software from the start", o.refused && !o.hardware, o);
    o = play(folder, clip, "", "alloc-fails buffers\n", 10);
    wrong += say("alloc-fails buffers", "errors from frame 10", o.errors > 0 && o.identical < 60, o);
    o = play(folder, clip, "", "decode-error-from 0\n", 10);
    wrong += say("decode-error-from 0", "errors from frame 10", o.errors && o.identical >= 10 && o.identical < 30, o);
    o = play(folder, clip, "decode-error-from 20\n", NULL, 0);
    bool in_place = o.errors && o.identical >= 15 && o.identical <= 20;
    wrong += say("decode-error-from 20", "errors from picture 20", in_place, o);
    o = play_on(folder, clip, "", "decode-error-from 0\n", 10, 8);
    wrong += say("decode-error-from, taken away", "right again after 8 errors", o.errors == 8 && o.identical >= 48, o);
    o = play(folder, clip, "slow-sync 10\n", NULL, 0);
    wrong += say("slow-sync 10", "each download takes 10 ms", o.seconds >= 0.6 && o.identical == 60, o);
    wrong += check_hang(folder);
    o = play(folder, clip, "", "flip-bit\n", 10);
    wrong += say("flip-bit", "every picture differs, from frame 10", o.hardware == 60 && o.identical < 20, o);
    o = play(folder, "hevc-main10.mp4", "flip-bit 7\n", NULL, 0);
    wrong += say("flip-bit 7", "one picture differs", o.hardware == 40 && o.identical == 39, o);
    o = play(folder, clip, "derive-refused\n", NULL, 0);
    wrong += say("derive-refused", "copied by vaGetImage instead", o.identical == 60, o);
    const char *const layouts[] = {"layout pitch2x\n", "layout tight\n", "layout shifted\n"};
    for (int i = 0; i < 3; i++) {
        o = play(folder, i == 1 ? "vp8-odd.webm" : "hevc-main10.mp4", layouts[i], NULL, 0);
        wrong += say(layouts[i], "nothing else changes", o.frames && o.identical == o.frames, o);
    }
    o = play(folder, clip, "", "device-lost\n", 10);
    wrong += say("device-lost", "errors from frame 10", o.errors > 0 && o.identical < 20, o);
    o = play(folder, clip, "device-lost\n", NULL, 0);
    wrong += say("device-lost, at the start", "no device", !o.device, o);
    wrong += check_upload("upload", "", true);
    wrong += check_upload("upload-refused", "upload-refused\n", false);
    wrong += check_upload("upload, no deriving", "derive-refused\n", true);
    wrong += check_upload("upload-refused, no deriving", "derive-refused\nupload-refused\n", false);
    // libavutil logs that vaPutImage failed and reports success.
    wrong += check_upload("upload-refused late", "upload-refused late\n", true);
    wrong += check_export(folder, "", true);
    wrong += check_export(folder, "layout shifted\n", true);
    wrong += check_export(folder, "export-refused\n", false);
    const char *const open_now[] = {"displays-open", "contexts-open", "surfaces-open", "buffers-open", "images-open"};
    for (int i = 0; i < 5; i++)
        if (status_of(open_now[i])) wrong += say(open_now[i], "none is left", false, (struct outcome){0});
    return wrong;
}

static int descriptors(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}

static long resident_kilobytes(void) {
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (file) fclose(file);
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}

int check_leaks(const char *folder, int times) {
    const char *const clips[] = {"h264-main.mp4", "hevc-main10.mp4", "vp8.webm", "vp9.webm", "av1-svt.mp4"};
    char path[1024];
    int files = 0;
    long memory = 0;
    for (int i = 0; i < times; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, clips[i % 5]);
        AVBufferRef *device = open_device();
        struct player player;
        AVFrame *frame = av_frame_alloc(), *pixels = av_frame_alloc();
        if (device && player_open(&player, path, device))
            for (int j = 0; j < 2 && player_next(&player, frame); j++) download(pixels, frame);
        player_close(&player);
        av_frame_free(&frame);
        av_frame_free(&pixels);
        av_buffer_unref(&device);
        if (i == times / 5) {
            files = descriptors();
            memory = resident_kilobytes();
        }
    }
    int more_files = descriptors() - files;
    long more_memory = resident_kilobytes() - memory;
    bool left = status_of("surfaces-open") || status_of("contexts-open") || status_of("buffers-open") ||
                status_of("images-open") || status_of("displays-open");
#ifdef __SANITIZE_ADDRESS__
    long allowed = 256 * 1024; // what it holds back from reuse
#else
    long allowed = 4096;
#endif
    bool good = !more_files && more_memory < allowed && !left;
    printf("%d times opened and closed: %+d descriptors, %+ld KiB in the last four fifths (of %ld)  %s\n", times,
           more_files, more_memory, memory, good ? "yes" : "NO");
    return !good;
}
