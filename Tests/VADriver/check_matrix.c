/// Every clip in hardware and in software, frame by frame.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct tally {
    int frames, hardware, identical, first_difference;
    bool ended_together;
};

/// Plays both until the end, or for `limit` frames.
static void play(struct player *hardware, struct player *software, struct tally *tally, int limit) {
    AVFrame *one = av_frame_alloc(), *other = av_frame_alloc(), *pixels = av_frame_alloc();
    for (int i = 0; i < limit; i++) {
        bool more = player_next(hardware, one), reference = player_next(software, other);
        if (!more || !reference) {
            tally->ended_together = more == reference;
            break;
        }
        tally->frames++;
        bool surface = one->format == AV_PIX_FMT_VAAPI;
        tally->hardware += surface;
        if (surface && download(pixels, one) && same_pixels(pixels, other)) tally->identical++;
        else if (tally->first_difference < 0) tally->first_difference = tally->frames - 1;
        av_frame_unref(one);
        av_frame_unref(other);
    }
    av_frame_free(&one);
    av_frame_free(&other);
    av_frame_free(&pixels);
}

static int check_clip(const char *folder, const char *name, const char *feature, bool seeks, int limit) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct tally tally = {.first_difference = -1, .ended_together = true};
    AVBufferRef *device = open_device();
    struct player hardware, software;
    int64_t stale = status_of("stale-references");
    bool opened = device && player_open(&hardware, path, device) && player_open(&software, path, NULL);
    if (opened) {
        if (seeks) {
            // Back and forth, in the middle of groups of pictures and before the first frame is out.
            AVStream *stream = hardware.input->streams[hardware.stream];
            int64_t second = av_rescale_q(1, (AVRational){1, 1}, stream->time_base);
            const int64_t places[] = {second, second / 3, second * 5 / 4, 0, second * 3 / 4, 0};
            const int lengths[] = {25, 7, 20, 1, 30, 0};
            for (int i = 0; i < 6; i++) {
                play(&hardware, &software, &tally, lengths[i]);
                player_seek(&hardware, places[i]);
                player_seek(&software, places[i]);
            }
        }
        play(&hardware, &software, &tally, limit);
    }
    bool good = opened && tally.frames > 0 && tally.frames == tally.hardware && tally.frames == tally.identical &&
                tally.ended_together && !hardware.refused;
    printf("%-28s %-44s %6d %8d %9s", name, feature, tally.frames, tally.hardware, good ? "yes" : "NO");
    if (tally.first_difference >= 0) printf("  first at %d", tally.first_difference);
    if (opened && !tally.ended_together) printf("  not as many frames");
    int64_t now = status_of("stale-references");
    if (now != stale) printf("  %d references not in place", (int)(now - stale));
    printf("\n");
    fflush(stdout);
    if (opened) {
        player_close(&hardware);
        player_close(&software);
    }
    av_buffer_unref(&device);
    return !good;
}

int check_matrix(const char *folder, const char *more) {
    char path[1024], line[512];
    snprintf(path, sizeof path, "%s/list.tsv", folder);
    FILE *list = fopen(path, "r");
    if (!list) return 1;
    int wrong = 0;
    const char *only = getenv("CLIP");
    printf("%-28s %-44s %6s %8s %9s\n", "clip", "feature", "frames", "hardware", "identical");
    while (fgets(line, sizeof line, list)) {
        char *rest = NULL, *name = strtok_r(line, "\t\n", &rest), *feature = strtok_r(NULL, "\t\n", &rest),
             *mode = strtok_r(NULL, "\t\n", &rest);
        if (!mode || (only && !strstr(name, only))) continue;
        bool seeks = !strcmp(mode, "seek");
        wrong += check_clip(folder, name, feature, false, 1 << 20);
        if (seeks) wrong += check_clip(folder, name, "  with seeks", true, 1 << 20);
    }
    fclose(list);
    // Files of others, one a word.
    char *copy = strdup(more ? more : ""), *rest = NULL;
    for (char *file = strtok_r(copy, " ", &rest); file; file = strtok_r(NULL, " ", &rest)) {
        char *slash = strrchr(file, '/');
        if (!slash || (only && !strstr(file, only))) continue;
        *slash = 0;
        wrong += check_clip(file, slash + 1, "", false, 60);
    }
    free(copy);
    return wrong;
}
