/// What the variants of tone mapping share.
#pragma once
#include "CTone.h"

/// Rows are so many luma samples wide at least, and a multiple of that.
#define CTONE_BLOCK 32
/// Adding it leaves the nearest whole number in the lowest bits.
#define CTONE_ROUNDING 12582912.0f
/// Codes of the output, plus a half, for what is cut off is rounded so.
#define CTONE_BLACK 16.5f
#define CTONE_GREY 128.5f
/// BT.709-6, 3.2 to 3.4: of the parts of blue and red in the luma, and of the luma, in 224 (B − Y) / 1.8556 and
/// 224 (R − Y) / 1.5748; a fourth for each of four samples.
#define CTONE_RED 0.2126f
#define CTONE_BLUE 0.0722f
static const float ctone_cb[2] = {224 / 1.8556f / 4 / 219 / CTONE_BLUE, 224 / 1.8556f / 4 / 219};
static const float ctone_cr[2] = {224 / 1.5748f / 4 / 219 / CTONE_RED, 224 / 1.5748f / 4 / 219};

/// Two rows of luma, one of chroma.
typedef struct {
  const uint16_t *luma[2], *cb, *cr;
  uint8_t *out[2], *out_cb, *out_cr;
  int width;  // in luma samples
} ctone_rows;

typedef void ctone_rows_function(const ctone_map *map, ctone_rows rows);
ctone_rows_function ctone_rows_portable;
#if defined(__x86_64__)
ctone_rows_function ctone_rows_avx2;
ctone_rows_function ctone_rows_avx512;
#endif
