#include "CFFmpeg.h"

static inline unsigned sample(const uint8_t *row, int x, int depth) {
  return depth > 8 ? ((const uint16_t *)(const void *)row)[x] : row[x];
}

static inline void put(uint8_t *row, int x, int depth, unsigned value) {
  if (depth > 8) {
    ((uint16_t *)(void *)row)[x] = (uint16_t)value;
  } else {
    row[x] = (uint8_t)value;
  }
}

/// The mean alpha of the samples that one of a plane with 1 << `across` times 1 << `down` fewer stands for.
static inline unsigned mean_alpha(const AVFrame *frame, int x, int y, int across, int down, int depth) {
  unsigned sum = 0, count = 0;
  for (int j = y << down; j < (y + 1) << down && j < frame->height; j++) {
    const uint8_t *row = frame->data[3] + (ptrdiff_t)j * frame->linesize[3];
    for (int i = x << across; i < (x + 1) << across && i < frame->width; i++, count++) sum += sample(row, i, depth);
  }
  return count > 0 ? (sum + count / 2) / count : 0;
}

static inline __attribute__((always_inline)) void plane(AVFrame *target, const AVFrame *source, int index, int across,
                                                        int down, int depth, unsigned black) {
  const unsigned whole = (1u << depth) - 1;
  const int width = (source->width + (1 << across) - 1) >> across;
  const int height = (source->height + (1 << down) - 1) >> down;
  for (int y = 0; y < height; y++) {
    const uint8_t *in = source->data[index] + (ptrdiff_t)y * source->linesize[index];
    const uint8_t *alphas = source->data[3] + (ptrdiff_t)y * source->linesize[3];
    uint8_t *out = target->data[index] + (ptrdiff_t)y * target->linesize[index];
    for (int x = 0; x < width; x++) {
      unsigned alpha =
          across || down ? mean_alpha(source, x, y, across, down, depth) : sample(alphas, x, depth);
      put(out, x, depth, (sample(in, x, depth) * alpha + black * (whole - alpha) + whole / 2) / whole);
    }
  }
}

int cffmpeg_is_planar_with_alpha(enum AVPixelFormat format) {
  const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
  if (!desc || desc->nb_components != 4 || desc->comp[3].plane != 3) return 0;
  if (!(desc->flags & AV_PIX_FMT_FLAG_ALPHA) || desc->flags & (AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT)) return 0;
  return desc->comp[0].depth <= 16 && desc->comp[0].shift == 0 && desc->comp[3].depth == desc->comp[0].depth;
}

void cffmpeg_over_black(AVFrame *target, const AVFrame *source) {
  const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)source->format);
  const int depth = desc->comp[0].depth, is_rgb = (desc->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  for (int i = 0; i < 3; i++) {
    const int is_chroma = !is_rgb && i > 0;
    const int across = is_chroma ? desc->log2_chroma_w : 0, down = is_chroma ? desc->log2_chroma_h : 0;
    unsigned black = is_rgb || source->color_range == AVCOL_RANGE_JPEG ? 0 : 16u << (depth - 8);
    if (is_chroma) black = 1u << (depth - 1);
    // A depth that is known gives two loops.
    if (depth == 8) {
      plane(target, source, i, across, down, 8, black);
    } else {
      plane(target, source, i, across, down, depth, black);
    }
  }
  // What is there is all there is.
  for (int y = 0; y < source->height; y++) {
    uint8_t *row = target->data[3] + (ptrdiff_t)y * target->linesize[3];
    for (int x = 0; x < source->width; x++) put(row, x, depth, (1u << depth) - 1);
  }
}
