#include <string.h>

#include "kernels.h"

// To words of 10 bits, for what goes on with a picture before it is rounded to bytes. One source, compiled for each
// variant: the compiler makes vector code of it.

#define INLINE static inline __attribute__((always_inline))

/// Bits of weight that are rounded away: of samples of 8 bits two stay.
INLINE int wide_shift(cremap_depth depth) { return depth == CREMAP_8 ? 12 : 14; }

/// Two samples that are `step` apart; the first is the `index`th.
INLINE void pair(uint32_t out[2], const uint8_t *row, ptrdiff_t index, cremap_depth depth, int step) {
  if (depth == CREMAP_8) {
    out[0] = row[index];
    out[1] = row[index + step];
    return;
  }
  uint16_t words[2];
  memcpy(&words[0], row + 2 * index, 2);
  memcpy(&words[1], row + 2 * (index + step), 2);
  for (int i = 0; i < 2; i++) out[i] = depth == CREMAP_10_LOW ? words[i] & 0x3FF : words[i] >> 6;
}

INLINE uint16_t wide_blend(const uint32_t top[2], const uint32_t bottom[2], uint32_t right, uint32_t down,
                           cremap_depth depth) {
  uint32_t above = top[0] * (CREMAP_UNIT - right) + top[1] * right;
  uint32_t below = bottom[0] * (CREMAP_UNIT - right) + bottom[1] * right;
  const int shift = wide_shift(depth);
  return (uint16_t)((above * (CREMAP_UNIT - down) + below * down + (1u << (shift - 1))) >> shift);
}

INLINE void wide_walk(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target target, int step,
                      int phase) {
  for (int j = 0; j < tile->height; j++) {
    const uint32_t *restrict taps = tile->taps + (ptrdiff_t)j * tile->pitch;
    const uint16_t *restrict weights = tile->weights + (ptrdiff_t)j * tile->pitch;
    uint16_t *restrict out = (uint16_t *)(void *)(target.base + (tile->y + j) * target.stride) + tile->x;
    for (int i = 0; i < tile->width; i++) {
      const uint8_t *row = source.base + (ptrdiff_t)(taps[i] >> 16) * source.stride;
      ptrdiff_t left = (ptrdiff_t)(taps[i] & 0xFFFF) * step + phase;
      uint32_t top[2], bottom[2];
      pair(top, row, left, depth, step);
      pair(bottom, row + source.stride, left, depth, step);
      out[i] = wide_blend(top, bottom, weights[i] & 0xFF, weights[i] >> 8, depth);
    }
  }
}

/// A constant depth and step in each call: the compiler makes as many loops.
INLINE void wide_plane(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target first) {
  switch (depth) {
    case CREMAP_8: wide_walk(tile, CREMAP_8, source, first, 1, 0); break;
    case CREMAP_10_LOW: wide_walk(tile, CREMAP_10_LOW, source, first, 1, 0); break;
    case CREMAP_10_HIGH: wide_walk(tile, CREMAP_10_HIGH, source, first, 1, 0); break;
  }
}

INLINE void wide_pairs(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target first,
                       cremap_target second) {
  switch (depth) {
    case CREMAP_8:
      wide_walk(tile, CREMAP_8, source, first, 2, 0);
      wide_walk(tile, CREMAP_8, source, second, 2, 1);
      break;
    default:
      wide_walk(tile, CREMAP_10_HIGH, source, first, 2, 0);
      wide_walk(tile, CREMAP_10_HIGH, source, second, 2, 1);
  }
}

static void wide_plane_tile_portable(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                     cremap_target first, cremap_target second) {
  (void)second;
  wide_plane(tile, depth, source, first);
}

static void wide_pairs_tile_portable(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                     cremap_target first, cremap_target second) {
  wide_pairs(tile, depth, source, first, second);
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

AVX2 static void wide_plane_tile_avx2(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                      cremap_target first, cremap_target second) {
  (void)second;
  wide_plane(tile, depth, source, first);
}

AVX2 static void wide_pairs_tile_avx2(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                      cremap_target first, cremap_target second) {
  wide_pairs(tile, depth, source, first, second);
}
#endif

static void wide_mix(cremap_target target, const cremap_overlay *overlay, const uint16_t *samples, int count) {
  uint16_t *out = (uint16_t *)(void *)(target.base + overlay->y * target.stride) + overlay->x;
  for (int i = 0; i < count; i++) {
    int alpha = overlay->alpha[i];
    out[i] = (uint16_t)((out[i] * (CREMAP_UNIT - alpha) + samples[i] * alpha + CREMAP_UNIT / 2) / CREMAP_UNIT);
  }
}

static void wide_overlays(cremap_tile_function *function, cremap_depth depth, const cremap_table *table,
                          const cremap_source *sources, cremap_target first, const cremap_target *second) {
  for (size_t i = 0; i < table->overlay_count; i++) {
    const cremap_overlay *overlay = &table->overlays[i];
    int width = table->width - overlay->x < CREMAP_PADDING ? table->width - overlay->x : CREMAP_PADDING;
    cremap_tile tile = {overlay->taps, overlay->weights, NULL, width, 1, CREMAP_PADDING, 0, 0, 0};
    uint16_t samples[2][CREMAP_PADDING];
    cremap_target one = {(uint8_t *)samples[0], 0, 0}, other = {(uint8_t *)samples[1], 0, 0};
    function(&tile, depth, sources[overlay->picture], one, other);
    wide_mix(first, overlay, samples[0], width);
    if (second) wide_mix(*second, overlay, samples[1], width);
  }
}

/// The pixels in the lists.
static void wide_finish(cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                        cremap_target target, int step, int phase) {
  for (size_t i = 0; i < table->scattered_count; i++) {
    const cremap_scattered_pixel *pixel = &table->scattered[i];
    uint32_t taps[4];
    for (int t = 0; t < 4; t++) {
      cremap_source source = sources[pixel->pictures[t]];
      uint32_t same[2];
      pair(same, source.base + pixel->rows[t] * source.stride, (ptrdiff_t)pixel->columns[t] * step + phase, depth, 0);
      taps[t] = same[0];
    }
    uint16_t *row = (uint16_t *)(void *)(target.base + pixel->y * target.stride);
    row[pixel->x] = wide_blend(taps, taps + 2, pixel->right, pixel->down, depth);
  }
  for (size_t i = 0; i < table->blank_count; i++)
    ((uint16_t *)(void *)(target.base + table->blank[i].y * target.stride))[table->blank[i].x] =
        (uint16_t)(target.fill << 2);
}

void cremap_plane_wide(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                       cremap_target target) {
  cremap_tile_function *function = wide_plane_tile_portable;
#if defined(__x86_64__)
  if (kernel == CREMAP_AVX2) function = wide_plane_tile_avx2;
#endif
  cremap_tiles(function, depth, table, sources, target, target);
  wide_overlays(function, depth, table, sources, target, NULL);
  wide_finish(depth, table, sources, target, 1, 0);
}

void cremap_pairs_wide(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                       cremap_target first, cremap_target second) {
  cremap_tile_function *function = wide_pairs_tile_portable;
#if defined(__x86_64__)
  if (kernel == CREMAP_AVX2) function = wide_pairs_tile_avx2;
#endif
  cremap_tiles(function, depth, table, sources, first, second);
  wide_overlays(function, depth, table, sources, first, &second);
  wide_finish(depth, table, sources, first, 2, 0);
  wide_finish(depth, table, sources, second, 2, 1);
}
