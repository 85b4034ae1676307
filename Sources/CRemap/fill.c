#include "CRemap.h"

static inline float between(float a, float b, float t) { return a + (b - a) * t; }

// Inlined with a constant side, so that the inner loop becomes vector code.
static inline __attribute__((always_inline)) void fill(uint32_t *taps, uint16_t *weights, ptrdiff_t pitch,
                                                       const int side, cremap_position top_left,
                                                       cremap_position top_right, cremap_position bottom_left,
                                                       cremap_position bottom_right, int32_t last_column,
                                                       int32_t last_row) {
  const float unit = CREMAP_UNIT, scale = 1.0f / (float)side;
  for (int j = 0; j < side; j++) {
    const float t = (float)j * scale;
    const float x = between(top_left.x, bottom_left.x, t) * unit;
    const float y = between(top_left.y, bottom_left.y, t) * unit;
    const float step_x = (between(top_right.x, bottom_right.x, t) * unit - x) * scale;
    const float step_y = (between(top_right.y, bottom_right.y, t) * unit - y) * scale;
    for (int i = 0; i < side; i++) {
      // Never negative; the last sample is the right (bottom) tap of the one before it, with the whole weight.
      int32_t u = (int32_t)(x + step_x * (float)i + 0.5f), v = (int32_t)(y + step_y * (float)i + 0.5f);
      int32_t column = u >> 7, row = v >> 7;
      column = column < last_column ? column : last_column - 1;
      row = row < last_row ? row : last_row - 1;
      taps[i] = (uint32_t)(column | row << 16);
      weights[i] = (uint16_t)((u - (column << 7)) | (v - (row << 7)) << 8);
    }
    taps += pitch;
    weights += pitch;
  }
}

void cremap_fill(uint32_t *taps, uint16_t *weights, ptrdiff_t pitch, int side, cremap_position top_left,
                 cremap_position top_right, cremap_position bottom_left, cremap_position bottom_right,
                 int32_t last_column, int32_t last_row) {
#define FILL(SIDE) \
  fill(taps, weights, pitch, SIDE, top_left, top_right, bottom_left, bottom_right, last_column, last_row)
  switch (side) {
    case 8: FILL(8); break;
    case 4: FILL(4); break;
    case 2: FILL(2); break;
    default: FILL(1); break;
  }
}
