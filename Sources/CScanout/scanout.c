#include "CScanout.h"

#include <string.h>

static inline uint32_t clamp(int value) {
  value >>= 5;
  return value < 0 ? 0 : value > 255 ? 255 : (uint32_t)value;
}

/// The high half of a product of 16 bits, as the vector instructions give it: rounded down.
static inline int high(int a, int b) { return (a * b) >> 16; }

static void convert_row_portable(const cscanout_matrix *m, const uint8_t *luma, const uint8_t *cb, const uint8_t *cr,
                                 uint32_t *out, size_t begin, size_t width) {
  for (size_t x = begin; x < width; x++) {
    int y = (int)(((uint32_t)luma[x] << 8) * m->luma >> 16) + m->offset;
    int u = (cb[x / 2] - 128) * 256, v = (cr[x / 2] - 128) * 256;
    uint32_t red = clamp(y + high(v, m->red_of_cr));
    uint32_t green = clamp(y + high(u, m->green_of_cb) + high(v, m->green_of_cr));
    uint32_t blue = clamp(y + high(u, m->blue_of_cb));
    out[x] = red << 16 | green << 8 | blue;
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

typedef struct {
  __m256i red, green, blue;
} rgb;

// 16 pixels; `y` as words of 256·Y, `u` and `v` as words of 256·(C - 128).
AVX2 static inline rgb convert_words(const cscanout_matrix *m, __m256i y, __m256i u, __m256i v) {
  y = _mm256_add_epi16(_mm256_mulhi_epu16(y, _mm256_set1_epi16((short)m->luma)), _mm256_set1_epi16(m->offset));
  __m256i red = _mm256_add_epi16(y, _mm256_mulhi_epi16(v, _mm256_set1_epi16(m->red_of_cr)));
  __m256i green = _mm256_add_epi16(_mm256_add_epi16(y, _mm256_mulhi_epi16(u, _mm256_set1_epi16(m->green_of_cb))),
                                   _mm256_mulhi_epi16(v, _mm256_set1_epi16(m->green_of_cr)));
  __m256i blue = _mm256_add_epi16(y, _mm256_mulhi_epi16(u, _mm256_set1_epi16(m->blue_of_cb)));
  return (rgb){_mm256_srai_epi16(red, 5), _mm256_srai_epi16(green, 5), _mm256_srai_epi16(blue, 5)};
}

// Each chroma word twice: those of 16 pixels from 8 samples.
AVX2 static inline __m256i chroma_words(const uint8_t *samples) {
  __m128i bytes = _mm_xor_si128(_mm_loadl_epi64((const __m128i *)(const void *)samples), _mm_set1_epi8((char)0x80));
  __m128i words = _mm_unpacklo_epi8(_mm_setzero_si128(), bytes);
  return _mm256_set_m128i(_mm_unpackhi_epi16(words, words), _mm_unpacklo_epi16(words, words));
}

AVX2 static size_t convert_row_avx2(const cscanout_matrix *m, const uint8_t *luma, const uint8_t *cb, const uint8_t *cr,
                                    uint32_t *out, size_t width) {
  // Past the cache: nobody reads it here, and of ordinary memory no line need be fetched to be overwritten.
  const int is_aligned = ((uintptr_t)out & 31) == 0;
  size_t x = 0;
  for (; x + 32 <= width; x += 32) {
    __m256i y = _mm256_permute4x64_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(luma + x)), 0xD8);
    __m256i zero = _mm256_setzero_si256();
    // Words of pixels 0–15 and of 16–31.
    rgb low = convert_words(m, _mm256_unpacklo_epi8(zero, y), chroma_words(cb + x / 2), chroma_words(cr + x / 2));
    rgb high = convert_words(m, _mm256_unpackhi_epi8(zero, y), chroma_words(cb + x / 2 + 8),
                             chroma_words(cr + x / 2 + 8));
    // Within each half of a register: pixels 0–7, 16–23 | 8–15, 24–31.
    __m256i red = _mm256_packus_epi16(low.red, high.red), green = _mm256_packus_epi16(low.green, high.green);
    __m256i blue = _mm256_packus_epi16(low.blue, high.blue);
    __m256i bg_low = _mm256_unpacklo_epi8(blue, green), bg_high = _mm256_unpackhi_epi8(blue, green);
    __m256i rx_low = _mm256_unpacklo_epi8(red, zero), rx_high = _mm256_unpackhi_epi8(red, zero);
    __m256i a = _mm256_unpacklo_epi16(bg_low, rx_low);    // 0–3 | 8–11
    __m256i b = _mm256_unpackhi_epi16(bg_low, rx_low);    // 4–7 | 12–15
    __m256i c = _mm256_unpacklo_epi16(bg_high, rx_high);  // 16–19 | 24–27
    __m256i d = _mm256_unpackhi_epi16(bg_high, rx_high);  // 20–23 | 28–31
    __m256i *to = (__m256i *)(void *)(out + x);
    __m256i pixels[4] = {_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31),
                         _mm256_permute2x128_si256(c, d, 0x20), _mm256_permute2x128_si256(c, d, 0x31)};
    if (is_aligned) {
      for (int i = 0; i < 4; i++) _mm256_stream_si256(to + i, pixels[i]);
    } else {
      for (int i = 0; i < 4; i++) _mm256_storeu_si256(to + i, pixels[i]);
    }
  }
  return x;
}
#endif

cscanout_kernel cscanout_best_kernel(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return CSCANOUT_AVX2;
#endif
  return CSCANOUT_PORTABLE;
}

void cscanout_convert(cscanout_kernel kernel, const cscanout_matrix *matrix, const uint8_t *luma,
                      ptrdiff_t luma_stride, const uint8_t *cb, const uint8_t *cr, ptrdiff_t chroma_stride,
                      uint8_t *target, ptrdiff_t target_stride, size_t width, size_t height) {
  for (size_t row = 0; row < height; row++) {
    const uint8_t *y = luma + (ptrdiff_t)row * luma_stride;
    const uint8_t *u = cb + (ptrdiff_t)(row / 2) * chroma_stride, *v = cr + (ptrdiff_t)(row / 2) * chroma_stride;
    uint32_t *out = (uint32_t *)(void *)(target + (ptrdiff_t)row * target_stride);
    size_t done = 0;
#if defined(__x86_64__)
    if (kernel == CSCANOUT_AVX2) done = convert_row_avx2(matrix, y, u, v, out, width);
#endif
    convert_row_portable(matrix, y, u, v, out, done, width);
  }
#if defined(__x86_64__)
  // Streamed stores are weakly ordered: all of it is there before the card is told.
  _mm_sfence();
#endif
}
