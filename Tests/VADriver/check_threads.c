/// Several decoders at once on one display, as a player does that opens the next file while one plays.
#include <pthread.h>
#include <stdio.h>

#include "check.h"

struct work {
    const char *folder, *name;
    AVBufferRef *device;
    int frames, identical;
};

static void *run(void *pointer) {
    struct work *work = pointer;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", work->folder, work->name);
    struct player hardware = {0}, software = {0};
    AVFrame *one = av_frame_alloc(), *other = av_frame_alloc(), *pixels = av_frame_alloc();
    if (player_open(&hardware, path, work->device) && player_open(&software, path, NULL)) {
        while (player_next(&hardware, one) && player_next(&software, other)) {
            work->frames++;
            if (one->format == AV_PIX_FMT_VAAPI && download(pixels, one)) work->identical += same_pixels(pixels, other);
        }
    }
    player_close(&hardware);
    player_close(&software);
    av_frame_free(&one);
    av_frame_free(&other);
    av_frame_free(&pixels);
    return NULL;
}

int check_threads(const char *folder) {
    static const char *const names[] = {"h264-main.mp4", "hevc-main10.mp4", "vp9.webm", "av1-svt.mp4",
                                        "h264-mbaff.mp4"};
    enum { COUNT = sizeof names / sizeof names[0] };
    struct work work[COUNT];
    pthread_t threads[COUNT];
    AVBufferRef *device = open_device();
    if (!device) return 1;
    for (int i = 0; i < COUNT; i++) {
        work[i] = (struct work){folder, names[i], device, 0, 0};
        pthread_create(&threads[i], NULL, run, &work[i]);
    }
    int wrong = 0, frames = 0;
    for (int i = 0; i < COUNT; i++) {
        pthread_join(threads[i], NULL);
        wrong += !work[i].frames || work[i].frames != work[i].identical;
        frames += work[i].frames;
    }
    av_buffer_unref(&device);
    printf("%d decoders at once on one display: %d frames  %s\n", COUNT, frames, wrong ? "NO" : "yes");
    return wrong;
}
