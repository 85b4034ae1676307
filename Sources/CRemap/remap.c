#include "kernels.h"

void cremap_tiles(cremap_tile_function *function, cremap_depth depth, const cremap_table *table,
                  const cremap_source *sources, cremap_target first, cremap_target second) {
  if (!table->taps) return;
  const ptrdiff_t count = (ptrdiff_t)cremap_pitch(table->width) * table->height;
  const uint8_t *is_near = table->is_near, *picture = table->pictures;
  ptrdiff_t entry = 0;
  for (int y = 0; y < table->height; y += CREMAP_TILE_HEIGHT) {
    int height = table->height - y < CREMAP_TILE_HEIGHT ? table->height - y : CREMAP_TILE_HEIGHT;
    for (int x = 0; x < table->width; x += CREMAP_TILE_WIDTH) {
      int width = table->width - x < CREMAP_TILE_WIDTH ? table->width - x : CREMAP_TILE_WIDTH;
      int pitch = cremap_pitch(width);
      bool near = *is_near++;
      ptrdiff_t size = (ptrdiff_t)pitch * height;
      cremap_tile tile = {table->taps + entry,
                          table->weights + entry,
                          near ? table->groups + entry / CREMAP_PADDING : NULL,
                          width,
                          height,
                          pitch,
                          entry + 2 * size <= count ? size : 0,
                          x,
                          y};
      function(&tile, depth, sources[picture ? *picture++ : 0], first, second);
      entry += size;
    }
  }
}

/// An overlay is a tile of one row, drawn beside the picture and mixed into it.
static void overlays(cremap_tile_function *function, cremap_depth depth, const cremap_table *table,
                     const cremap_source *sources, cremap_target first, const cremap_target *second) {
  for (size_t i = 0; i < table->overlay_count; i++) {
    const cremap_overlay *overlay = &table->overlays[i];
    int width = table->width - overlay->x < CREMAP_PADDING ? table->width - overlay->x : CREMAP_PADDING;
    cremap_tile tile = {overlay->taps, overlay->weights, NULL, width, 1, CREMAP_PADDING, 0, 0, 0};
    uint8_t samples[2][CREMAP_PADDING];
    cremap_target one = {samples[0], 0, 0}, other = {samples[1], 0, 0};
    function(&tile, depth, sources[overlay->picture], one, other);
    cremap_mix(first, overlay, samples[0], width);
    if (second) cremap_mix(*second, overlay, samples[1], width);
  }
}

int32_t cremap_tile_count(int32_t width, int32_t height) {
  return (width + CREMAP_TILE_WIDTH - 1) / CREMAP_TILE_WIDTH * ((height + CREMAP_TILE_HEIGHT - 1) / CREMAP_TILE_HEIGHT);
}

cremap_kernel cremap_best_kernel(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return CREMAP_AVX2;
#endif
  return CREMAP_PORTABLE;
}

void cremap_plane(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                  cremap_target target) {
  cremap_tile_function *function = cremap_plane_tile_portable;
#if defined(__x86_64__)
  if (kernel == CREMAP_AVX2) function = cremap_plane_tile_avx2;
#endif
  cremap_tiles(function, depth, table, sources, target, target);
  overlays(function, depth, table, sources, target, NULL);
  cremap_finish(depth, table, sources, target, 1, 0);
}

void cremap_pairs(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                  cremap_target first, cremap_target second) {
  cremap_tile_function *function = cremap_pairs_tile_portable;
#if defined(__x86_64__)
  if (kernel == CREMAP_AVX2) function = cremap_pairs_tile_avx2;
#endif
  cremap_tiles(function, depth, table, sources, first, second);
  overlays(function, depth, table, sources, first, &second);
  cremap_finish(depth, table, sources, first, 2, 0);
  cremap_finish(depth, table, sources, second, 2, 1);
}
