#include "CFFmpeg.h"

// libswscale takes the whites of 8 and of more bits for the same, which is wrong by three codes of 10 bits: too much for
// what is tone-mapped.

/// A component of a picture: where its samples are, and how they are read.
typedef struct {
  const uint8_t *base;
  ptrdiff_t stride;
  int step, shift, is_big_endian;
  unsigned whole;
} component;

static inline float component_at(const component *c, int x, int y) {
  const uint8_t *p = c->base + y * c->stride + (ptrdiff_t)x * c->step;
  unsigned word = c->is_big_endian ? (unsigned)p[0] << 8 | p[1] : (unsigned)p[1] << 8 | p[0];
  return (float)(word >> c->shift & c->whole);
}

int cffmpeg_is_deep_rgb(enum AVPixelFormat format) {
  const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
  if (!desc || !(desc->flags & AV_PIX_FMT_FLAG_RGB) || desc->nb_components < 3) return 0;
  if (desc->flags & (AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BAYER |
                     AV_PIX_FMT_FLAG_HWACCEL))
    return 0;
  for (int i = 0; i < 3; i++) {
    const AVComponentDescriptor *c = &desc->comp[i];
    // Words of their own, not parts of a larger one.
    if (c->depth <= 8 || c->depth > 16 || c->depth + c->shift > 16 || c->step % 2 || c->offset % 2) return 0;
    if (!(desc->flags & AV_PIX_FMT_FLAG_PLANAR) && c->step < 6) return 0;
  }
  return 1;
}

void cffmpeg_deep_rgb_to_420(AVFrame *target, const AVFrame *source, double red, double blue) {
  const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)source->format);
  component c[3];
  for (int i = 0; i < 3; i++) {
    const AVComponentDescriptor *d = &desc->comp[i];
    c[i] = (component){source->data[d->plane] + d->offset, source->linesize[d->plane], d->step, d->shift,
                       (desc->flags & AV_PIX_FMT_FLAG_BE) != 0, (1u << d->depth) - 1};
  }
  const float whole = (float)c[0].whole, green = (float)(1 - red - blue);
  const float r_weight = (float)red, b_weight = (float)blue;
  const float to_luma = 876 / whole;
  const float to_cb = (float)(896 / (2 * (1 - blue))) / whole, to_cr = (float)(896 / (2 * (1 - red))) / whole;
  for (int y = 0; y < source->height; y += 2) {
    const int rows = y + 1 < source->height ? 2 : 1;
    uint16_t *cb = (uint16_t *)(void *)(target->data[1] + (ptrdiff_t)(y / 2) * target->linesize[1]);
    uint16_t *cr = (uint16_t *)(void *)(target->data[2] + (ptrdiff_t)(y / 2) * target->linesize[2]);
    for (int x = 0; x < source->width; x += 2) {
      const int columns = x + 1 < source->width ? 2 : 1;
      float sums[3] = {0, 0, 0};
      for (int j = y; j < y + rows; j++) {
        uint16_t *luma = (uint16_t *)(void *)(target->data[0] + (ptrdiff_t)j * target->linesize[0]);
        for (int i = x; i < x + columns; i++) {
          const float r = component_at(&c[0], i, j), g = component_at(&c[1], i, j), b = component_at(&c[2], i, j);
          const float sum = r_weight * r + green * g + b_weight * b;
          luma[i] = (uint16_t)(64.5f + to_luma * sum);
          sums[0] += sum, sums[1] += r, sums[2] += b;
        }
      }
      const float mean = 1 / (float)(rows * columns);
      cb[x / 2] = (uint16_t)(512.5f + to_cb * (sums[2] - sums[0]) * mean);
      cr[x / 2] = (uint16_t)(512.5f + to_cr * (sums[1] - sums[0]) * mean);
    }
  }
}
