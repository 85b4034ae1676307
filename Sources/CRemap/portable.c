#include <string.h>

#include "kernels.h"

/// Sample `index` of a row, as 8 or 10 bits.
static inline uint32_t sample(const uint8_t *row, ptrdiff_t index, cremap_depth depth) {
  if (depth == CREMAP_8) return row[index];
  uint16_t word;
  memcpy(&word, row + 2 * index, 2);
  return depth == CREMAP_10_LOW ? word & 0x3FF : word >> 6;
}

static inline uint8_t blend(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t right, uint32_t down,
                            cremap_depth depth) {
  uint32_t top = a * (CREMAP_UNIT - right) + b * right;
  uint32_t bottom = c * (CREMAP_UNIT - right) + d * right;
  int shift = depth == CREMAP_8 ? CREMAP_SHIFT_8 : CREMAP_SHIFT_10;
  uint32_t sum = (top * (CREMAP_UNIT - down) + bottom * down + (1u << (shift - 1))) >> shift;
  return sum > 255 ? 255 : (uint8_t)sum;
}

static inline void walk(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target target,
                        int step, int phase) {
  for (int j = 0; j < tile->height; j++) {
    const uint32_t *taps = tile->taps + (ptrdiff_t)j * tile->pitch;
    const uint16_t *weights = tile->weights + (ptrdiff_t)j * tile->pitch;
    uint8_t *out = target.base + (tile->y + j) * target.stride + tile->x;
    for (int i = 0; i < tile->width; i++) {
      const uint8_t *top = source.base + (ptrdiff_t)(taps[i] >> 16) * source.stride;
      const uint8_t *bottom = top + source.stride;
      ptrdiff_t left = (ptrdiff_t)(taps[i] & 0xFFFF) * step + phase;
      out[i] = blend(sample(top, left, depth), sample(top, left + step, depth), sample(bottom, left, depth),
                     sample(bottom, left + step, depth), weights[i] & 0xFF, weights[i] >> 8, depth);
    }
  }
}

void cremap_plane_tile_portable(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target first,
                                cremap_target second) {
  (void)second;
  switch (depth) {  // a constant depth in each call: the compiler makes three loops
    case CREMAP_8: walk(tile, CREMAP_8, source, first, 1, 0); break;
    case CREMAP_10_LOW: walk(tile, CREMAP_10_LOW, source, first, 1, 0); break;
    case CREMAP_10_HIGH: walk(tile, CREMAP_10_HIGH, source, first, 1, 0); break;
  }
}

void cremap_pairs_tile_portable(const cremap_tile *tile, cremap_depth depth, cremap_source source, cremap_target first,
                                cremap_target second) {
  walk(tile, depth, source, first, 2, 0);
  walk(tile, depth, source, second, 2, 1);
}

/// The pixels in the lists, which are few: one at a time.
void cremap_finish(cremap_depth depth, const cremap_table *table, const cremap_source *sources, cremap_target target,
                   int step, int phase) {
  for (size_t i = 0; i < table->scattered_count; i++) {
    const cremap_scattered_pixel *pixel = &table->scattered[i];
    uint32_t taps[4];
    for (int t = 0; t < 4; t++) {
      cremap_source source = sources[pixel->pictures[t]];
      taps[t] = sample(source.base + pixel->rows[t] * source.stride, (ptrdiff_t)pixel->columns[t] * step + phase, depth);
    }
    target.base[pixel->y * target.stride + pixel->x] =
        blend(taps[0], taps[1], taps[2], taps[3], pixel->right, pixel->down, depth);
  }
  for (size_t i = 0; i < table->blank_count; i++)
    target.base[table->blank[i].y * target.stride + table->blank[i].x] = target.fill;
}
