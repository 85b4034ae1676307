#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#define LANES 16
#define VARIANT(name) name##_avx512
#define INLINE static inline __attribute__((always_inline, target("avx512f,avx512bw")))
#define FUNCTION __attribute__((target("avx512f,avx512bw")))
typedef __m512 vector;

INLINE vector all(float x) { return _mm512_set1_ps(x); }
INLINE vector times(vector a, vector b) { return _mm512_mul_ps(a, b); }
INLINE vector plus(vector a, vector b) { return _mm512_add_ps(a, b); }
INLINE vector less(vector a, vector b) { return _mm512_sub_ps(a, b); }
INLINE vector greater(vector a, vector b) { return _mm512_max_ps(a, b); }
INLINE vector smaller(vector a, vector b) { return _mm512_min_ps(a, b); }
INLINE vector square_root(vector x) { return _mm512_sqrt_ps(x); }
INLINE vector at(const float *values) { return _mm512_load_ps(values); }
INLINE void put(float *values, vector x) { _mm512_store_ps(values, x); }

/// Entries of a table of eight, by the lowest bits of `index`.
INLINE vector entries(const float *table, vector index) {
  __m512d twice = _mm512_broadcast_f64x4(_mm256_castps_pd(_mm256_loadu_ps(table)));
  return _mm512_permutexvar_ps(_mm512_castps_si512(index), _mm512_castpd_ps(twice));
}

INLINE vector words(const uint16_t *samples) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)samples)));
}

/// Stores each number twice.
INLINE void put_twice(float *values, vector x) {
  const __m512i low = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  put(values, _mm512_permutexvar_ps(low, x));
  put(values + 16, _mm512_permutexvar_ps(_mm512_add_epi32(low, _mm512_set1_epi32(8)), x));
}

/// Sums of neighbours, in the order of `put_paired_bytes`.
INLINE vector paired(vector a, vector b) {
  return plus(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xDD));
}

INLINE void put_integers(uint8_t *out, __m512i integers) {
  _mm_storeu_si128((__m128i *)(void *)out, _mm512_cvtepi32_epi8(integers));
}

INLINE void put_bytes(uint8_t *out, vector x) { put_integers(out, _mm512_cvttps_epi32(x)); }

INLINE void put_paired_bytes(uint8_t *out, vector x) {
  const __m512i order = _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  put_integers(out, _mm512_permutexvar_epi32(order, _mm512_cvttps_epi32(x)));
}

#include "tone_vector.h"
#endif
