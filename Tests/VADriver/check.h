/// What the parts of the check share.
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/hwcontext.h>
#include <stdbool.h>
#include <stdint.h>

/// A device on a display of its own, or NULL.
AVBufferRef *open_device(void);

/// A file being decoded, in hardware where `device` is given.
struct player {
    AVFormatContext *input;
    AVCodecContext *decoder;
    AVPacket *packet;
    int stream;
    bool at_end;
    bool refused; // the decoder asked for software
    int errors;   // packets that were refused
    int forgive;  // after so many the faults are taken away; 0 is never
};

bool player_open(struct player *player, const char *path, AVBufferRef *device);
void player_close(struct player *player);
/// The next frame into `frame`; false at the end.
bool player_next(struct player *player, AVFrame *frame);
void player_seek(struct player *player, int64_t timestamp);

/// The frame's pixels in memory, as NV12 or P010 if they come from a surface.
bool download(AVFrame *to, const AVFrame *frame);

/// Whether a picture from a surface shows just what `software` does.
bool same_pixels(const AVFrame *downloaded, const AVFrame *software);

/// Each part returns how many things were wrong, and prints what it finds.
int check_matrix(const char *folder, const char *more);
int check_encode(void);
int check_faults(const char *folder);
int check_threads(const char *folder);
int check_leaks(const char *folder, int times);

/// The number of a counter in the status file.
int64_t status_of(const char *name);
/// Writes the fault file, as a test would: aside, then renamed.
void inject(const char *faults);
