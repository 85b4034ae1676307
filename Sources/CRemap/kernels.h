/// What the kernels share: how a tile is walked, and the signatures of the variants.
#pragma once
#include "CRemap.h"

#define CREMAP_SHIFT_8 14   // 7 bits of weight across, 7 down
#define CREMAP_SHIFT_10 16  // and two more to come from 10 bits to 8

/// Entries of a row of a tile of this width.
static inline int32_t cremap_pitch(int32_t width) {
  return (width + CREMAP_PADDING - 1) / CREMAP_PADDING * CREMAP_PADDING;
}

typedef struct {
  const uint32_t *taps;
  const uint16_t *weights;
  const cremap_group *groups;  // null: the tile has none
  int width, height;  // of the tile
  int pitch;          // entries from row to row
  ptrdiff_t ahead;    // entries to the next tile, whose source pixels are fetched early; 0 after the last
  int x, y;           // of its top left pixel in the output
} cremap_tile;

typedef void cremap_tile_function(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                  cremap_target first, cremap_target second);

cremap_tile_function cremap_plane_tile_portable;
cremap_tile_function cremap_pairs_tile_portable;
/// Calls `function` for every tile of a table.
void cremap_tiles(cremap_tile_function *function, cremap_depth depth, const cremap_table *table,
                  const cremap_source *sources, cremap_target first, cremap_target second);
/// The pixels in the table's lists, which are few; `step` samples a column, of which the one at `phase` is meant.
void cremap_finish(cremap_depth depth, const cremap_table *table, const cremap_source *sources, cremap_target target,
                   int step, int phase);
/// Mixes an overlay's samples with what is there.
static inline void cremap_mix(cremap_target target, const cremap_overlay *overlay, const uint8_t *samples, int count) {
  uint8_t *out = target.base + overlay->y * target.stride + overlay->x;
  for (int i = 0; i < count; i++) {
    int alpha = overlay->alpha[i];
    out[i] = (uint8_t)((out[i] * (CREMAP_UNIT - alpha) + samples[i] * alpha + CREMAP_UNIT / 2) / CREMAP_UNIT);
  }
}
#if defined(__x86_64__)
cremap_tile_function cremap_plane_tile_avx2;
cremap_tile_function cremap_pairs_tile_avx2;
#endif
