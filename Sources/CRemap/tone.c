#include "tone.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT OFF

static inline float square_root(float x) {
#if defined(__x86_64__)
  return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));  // sqrtf is a call, for the sake of errno
#else
  return sqrtf(x);
#endif
}

static inline float clamped(float x, float last) {
  x = x > 0 ? x : 0;
  return x < last ? x : last;
}

static inline uint32_t bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float cubic(const ctone_curve curve, float x) {
  uint32_t i = bits(x + CTONE_ROUNDING) % CTONE_PIECES;
  return ((curve[3][i] * x + curve[2][i]) * x + curve[1][i]) * x + curve[0][i];
}

/// The square root of a light.
static inline float root(const ctone_map *map, float x) {
  x = cubic(map->light, clamped(x, CTONE_LAST));
  return map->is_hlg ? x : x * x;
}

static inline float signal(const ctone_curve curve, float x) {
  x = square_root(clamped(x, CTONE_LAST * CTONE_LAST));
  uint32_t i = bits(x + CTONE_ROUNDING) % CTONE_PIECES;
  return (curve[2][i] * x + curve[1][i]) * x + curve[0][i];
}

static inline float greater(float a, float b) { return a > b ? a : b; }

static inline float weighed(float r, float g, float b, const float weights[3]) {
  return r * weights[0] + g * weights[1] + b * weights[2];
}

/// Sums of the pixels of a column of two rows.
typedef struct {
  float r, b, y;
} sums;

static inline void pixel(const ctone_map *map, uint16_t luma, const float chroma[3], uint8_t *out, sums *sums) {
  float y = (float)luma * map->luma_scale + map->luma_offset;
  float r = root(map, y + chroma[0]), g = root(map, y + chroma[1]), b = root(map, y + chroma[2]);
  float greatest = greater(greater(r, g), b);
  r = r * r, g = g * g, b = b * b;
  float gain;
  if (map->is_hlg) {
    float system = cubic(map->system, square_root(weighed(r, g, b, map->luminance)));
    gain = cubic(map->gain, greatest * system) * (system * system);
  } else {
    gain = cubic(map->gain, greatest);
  }
  r = r * gain, g = g * gain, b = b * gain;
  float red = signal(map->signal[0], weighed(r, g, b, map->gamut[0]));
  float green = signal(map->signal[1], weighed(r, g, b, map->gamut[1]));
  float blue = signal(map->signal[2], weighed(r, g, b, map->gamut[2]));
  y = red + green + blue;
  *out = (uint8_t)(int)(y + CTONE_BLACK);
  sums->r += red, sums->b += blue, sums->y += y;
}

void ctone_rows_portable(const ctone_map *map, ctone_rows rows) {
  for (int c = 0; c < rows.width / 2; c++) {
    float cb = (float)(rows.cb[c] - 512), cr = (float)(rows.cr[c] - 512);
    const float chroma[3] = {cr * map->r_cr, cb * map->g_cb + cr * map->g_cr, cb * map->b_cb};
    sums columns[2] = {{0, 0, 0}, {0, 0, 0}};
    for (int x = 0; x < 2; x++) {
      for (int row = 0; row < 2; row++)
        pixel(map, rows.luma[row][2 * c + x], chroma, rows.out[row] + 2 * c + x, &columns[x]);
    }
    float r = columns[0].r + columns[1].r, b = columns[0].b + columns[1].b, y = columns[0].y + columns[1].y;
    rows.out_cb[c] = (uint8_t)(int)(b * ctone_cb[0] - y * ctone_cb[1] + CTONE_GREY);
    rows.out_cr[c] = (uint8_t)(int)(r * ctone_cr[0] - y * ctone_cr[1] + CTONE_GREY);
  }
}

/// The last, incomplete block of two rows: its last samples go on.
static void rest(ctone_rows_function *function, const ctone_map *map, ctone_rows rows, int width) {
  uint16_t luma[2][CTONE_BLOCK], cb[CTONE_BLOCK / 2], cr[CTONE_BLOCK / 2];
  uint8_t out[2][CTONE_BLOCK], out_cb[CTONE_BLOCK / 2], out_cr[CTONE_BLOCK / 2];
  const int chroma = (width + 1) / 2;
  for (int x = 0; x < CTONE_BLOCK; x++) {
    for (int row = 0; row < 2; row++) luma[row][x] = rows.luma[row][x < width ? x : width - 1];
    cb[x / 2] = rows.cb[x / 2 < chroma ? x / 2 : chroma - 1];
    cr[x / 2] = rows.cr[x / 2 < chroma ? x / 2 : chroma - 1];
  }
  function(map, (ctone_rows){{luma[0], luma[1]}, cb, cr, {out[0], out[1]}, out_cb, out_cr, CTONE_BLOCK});
  for (int row = 0; row < 2; row++) memcpy(rows.out[row], out[row], (size_t)width);
  memcpy(rows.out_cb, out_cb, (size_t)chroma);
  memcpy(rows.out_cr, out_cr, (size_t)chroma);
}

ctone_kernel ctone_best_kernel(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")) return CTONE_AVX512;
  if (__builtin_cpu_supports("avx2")) return CTONE_AVX2;
#endif
  return CTONE_PORTABLE;
}

void ctone_apply(ctone_kernel kernel, const ctone_map *map, ctone_source source, ctone_target target, int32_t width,
                 int32_t height) {
  ctone_rows_function *function = ctone_rows_portable;
#if defined(__x86_64__)
  if (kernel == CTONE_AVX2) function = ctone_rows_avx2;
  if (kernel == CTONE_AVX512) function = ctone_rows_avx512;
#endif
  const int done = width / CTONE_BLOCK * CTONE_BLOCK;
  for (int32_t y = 0; y < height; y += 2) {
    ctone_rows rows = {.width = done};
    for (int row = 0; row < 2; row++) {
      // The last row of an odd number is its own neighbour.
      int32_t line = y + row < height ? y + row : y;
      rows.luma[row] = (const uint16_t *)(const void *)(source.luma.base + line * source.luma.stride);
      rows.out[row] = target.luma.base + line * target.luma.stride;
    }
    rows.cb = (const uint16_t *)(const void *)(source.cb.base + y / 2 * source.cb.stride);
    rows.cr = (const uint16_t *)(const void *)(source.cr.base + y / 2 * source.cr.stride);
    rows.out_cb = target.cb.base + y / 2 * target.cb.stride;
    rows.out_cr = target.cr.base + y / 2 * target.cr.stride;
    if (done > 0) function(map, rows);
    if (done == width) continue;
    for (int row = 0; row < 2; row++) rows.luma[row] += done, rows.out[row] += done;
    rows.cb += done / 2, rows.cr += done / 2;
    rows.out_cb += done / 2, rows.out_cr += done / 2;
    rest(function, map, rows, width - done);
  }
}
