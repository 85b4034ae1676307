#include "kernels.h"

enum { group_size = CREMAP_PADDING, group_columns = 16, group_rows = 4 };

static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

static bool prepare(cremap_group *group, const uint32_t *taps, const uint16_t *weights, int32_t columns, int32_t rows) {
  int32_t x = columns - group_columns, y = rows - group_rows;
  for (int i = 0; i < group_size; i++) {
    x = least(x, (int32_t)(taps[i] & 0xFFFF));
    y = least(y, (int32_t)(taps[i] >> 16));
  }
  group->base = (uint32_t)(x | y << 16);
  for (int i = 0; i < group_size; i++) {
    int32_t column = (int32_t)(taps[i] & 0xFFFF) - x, row = (int32_t)(taps[i] >> 16) - y;
    if (column > group_columns - 2 || row > group_rows - 2) return false;
    group->place[i] = (uint8_t)(column | row << 4);
    group->right[i] = weights[i] & 0xFF;
    group->down[i] = weights[i] >> 8;
  }
  return true;
}

void cremap_prepare_groups(uint8_t *is_near, cremap_group *groups, const uint32_t *taps, const uint16_t *weights,
                           int32_t width, int32_t height, int32_t columns, int32_t rows) {
  if (columns < group_columns || rows < group_rows) return;
  ptrdiff_t entry = 0;
  for (int32_t y = 0; y < height; y += CREMAP_TILE_HEIGHT) {
    for (int32_t x = 0; x < width; x += CREMAP_TILE_WIDTH) {
      int32_t pitch = cremap_pitch(least(CREMAP_TILE_WIDTH, width - x));
      ptrdiff_t size = (ptrdiff_t)pitch * least(CREMAP_TILE_HEIGHT, height - y);
      bool all = true;
      for (ptrdiff_t i = entry; all && i < entry + size; i += group_size)
        all = prepare(groups + i / group_size, taps + i, weights + i, columns, rows);
      *is_near++ = all;
      entry += size;
    }
  }
}
