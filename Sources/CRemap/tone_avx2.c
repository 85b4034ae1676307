#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#define LANES 8
#define VARIANT(name) name##_avx2
#define INLINE static inline __attribute__((always_inline, target("avx2")))
#define FUNCTION __attribute__((target("avx2")))
typedef __m256 vector;

INLINE vector all(float x) { return _mm256_set1_ps(x); }
INLINE vector times(vector a, vector b) { return _mm256_mul_ps(a, b); }
INLINE vector plus(vector a, vector b) { return _mm256_add_ps(a, b); }
INLINE vector less(vector a, vector b) { return _mm256_sub_ps(a, b); }
INLINE vector greater(vector a, vector b) { return _mm256_max_ps(a, b); }
INLINE vector smaller(vector a, vector b) { return _mm256_min_ps(a, b); }
INLINE vector square_root(vector x) { return _mm256_sqrt_ps(x); }
INLINE vector at(const float *values) { return _mm256_load_ps(values); }
INLINE void put(float *values, vector x) { _mm256_store_ps(values, x); }

/// Entries of a table of eight, by the lowest bits of `index`.
INLINE vector entries(const float *table, vector index) {
  return _mm256_permutevar8x32_ps(_mm256_loadu_ps(table), _mm256_castps_si256(index));
}

INLINE vector words(const uint16_t *samples) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)samples)));
}

/// Stores each number twice.
INLINE void put_twice(float *values, vector x) {
  put(values, _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3)));
  put(values + 8, _mm256_permutevar8x32_ps(x, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7)));
}

/// Sums of neighbours, in the order of `put_paired_bytes`.
INLINE vector paired(vector a, vector b) {
  return plus(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xDD));
}

INLINE void put_integers(uint8_t *out, __m256i integers) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(integers), _mm256_extracti128_si256(integers, 1));
  _mm_storel_epi64((__m128i *)(void *)out, _mm_packus_epi16(words, words));
}

INLINE void put_bytes(uint8_t *out, vector x) { put_integers(out, _mm256_cvttps_epi32(x)); }

INLINE void put_paired_bytes(uint8_t *out, vector x) {
  put_integers(out, _mm256_permutevar8x32_epi32(_mm256_cvttps_epi32(x), _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7)));
}

#include "tone_vector.h"
#endif
