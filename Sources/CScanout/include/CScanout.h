/// Writes 8-bit 4:2:0 pictures as XRGB8888 pixels: the last step before a screen.
///
/// Rows are written once and in order, and never read: a card's memory is often write-combined, where reading costs a
/// hundred times as much as writing. All variants give the same bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Samples lie at 32·value of a colour once they are multiplied and shifted: Y by `luma` / 2^16 of 256·Y, the others by
/// theirs / 2^16 of 256·(C - 128). `offset` is 32·black, negated, and a half to round.
typedef struct {
  uint16_t luma;
  int16_t red_of_cr, green_of_cb, green_of_cr, blue_of_cb;
  int16_t offset;
} cscanout_matrix;

typedef enum {
  CSCANOUT_PORTABLE,
  CSCANOUT_AVX2,
} cscanout_kernel;

/// The fastest kernel that this processor runs.
cscanout_kernel cscanout_best_kernel(void);

/// A chroma sample is that of its four luma samples. Strides are in bytes; `target` is aligned to 4 bytes.
void cscanout_convert(cscanout_kernel kernel, const cscanout_matrix *matrix, const uint8_t *luma,
                      ptrdiff_t luma_stride, const uint8_t *cb, const uint8_t *cr, ptrdiff_t chroma_stride,
                      uint8_t *target, ptrdiff_t target_stride, size_t width, size_t height);
