#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// Loads of two bytes and inserts beat `vpgatherdd` by a third on Zen 3: the taps are read that way.

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline)) AVX2

INLINE int load16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}

INLINE int load32(const uint8_t *p) {
  int v;
  memcpy(&v, p, 4);
  return v;
}

INLINE long long load64(const uint8_t *p) {
  long long v;
  memcpy(&v, p, 8);
  return v;
}

/// Byte offsets of eight top left taps.
INLINE void offsets(int32_t out[8], const uint32_t *taps, __m256i stride, int bytes_shift) {
  __m256i t = _mm256_loadu_si256((const __m256i *)taps);
  __m256i x = _mm256_slli_epi32(_mm256_and_si256(t, _mm256_set1_epi32(0xFFFF)), bytes_shift);
  __m256i y = _mm256_srli_epi32(t, 16);
  _mm256_store_si256((__m256i *)out, _mm256_add_epi32(_mm256_mullo_epi32(y, stride), x));
}

/// Eight pairs of weights, a 32-bit lane each: right in byte 0, down in byte 1.
INLINE __m256i load_weights(const uint16_t *weights) {
  return _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)weights));
}

/// Bytes (128 − right, right) twice in each lane.
INLINE __m256i across_bytes(__m256i w) {
  const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12,  //
                                          0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
  __m256i r = _mm256_shuffle_epi8(w, spread);
  return _mm256_add_epi8(_mm256_sign_epi8(r, _mm256_set1_epi16(0x01FF)), _mm256_set1_epi16(CREMAP_UNIT));
}

/// Words (128 − weight, weight) in each lane, of the byte `right` (0) or `down` (1).
INLINE __m256i pair_words(__m256i w, int which) {
  const char b = (char)which, z = (char)0x80;
  const __m256i spread = _mm256_setr_epi8(b, z, b, z, b + 4, z, b + 4, z, b + 8, z, b + 8, z, b + 12, z, b + 12, z,  //
                                          b, z, b, z, b + 4, z, b + 4, z, b + 8, z, b + 8, z, b + 12, z, b + 12, z);
  __m256i d = _mm256_shuffle_epi8(w, spread);
  return _mm256_add_epi16(_mm256_sign_epi16(d, _mm256_set1_epi32(0x0001FFFF)), _mm256_set1_epi32(CREMAP_UNIT));
}

/// Stores the first `count` of eight sums, as bytes.
INLINE void store(uint8_t *out, __m256i sums, int count) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  __m128i bytes = _mm_packus_epi16(words, words);
  if (count >= 8) {
    _mm_storel_epi64((__m128i *)out, bytes);
  } else {
    uint8_t rest[8];
    _mm_storel_epi64((__m128i *)rest, bytes);
    memcpy(out, rest, (size_t)count);
  }
}

/// Σ weight · (sample − 128) of 8-bit samples, back to a sample.
INLINE __m256i round_8(__m256i sums) {
  const int bias = (128 << CREMAP_SHIFT_8) + (1 << (CREMAP_SHIFT_8 - 1));
  return _mm256_srai_epi32(_mm256_add_epi32(sums, _mm256_set1_epi32(bias)), CREMAP_SHIFT_8);
}

/// Top and bottom sums of 10-bit samples, blended by `down` (a 32-bit lane each).
INLINE __m256i blend_10(__m256i top, __m256i bottom, __m256i down) {
  __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(top, 7),
                                 _mm256_mullo_epi32(_mm256_sub_epi32(bottom, top), down));
  return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << (CREMAP_SHIFT_10 - 1))), CREMAP_SHIFT_10);
}

INLINE __m256i ten_bits(__m256i words, cremap_depth depth) {
  return depth == CREMAP_10_LOW ? _mm256_and_si256(words, _mm256_set1_epi16(0x3FF)) : _mm256_srli_epi16(words, 6);
}

/// Eight 32-bit loads, `at` bytes further than the offsets.
INLINE __m256i gather32(const uint8_t *base, const int32_t o[8]) {
  __m128i a = _mm_cvtsi32_si128(load32(base + o[0])), b = _mm_cvtsi32_si128(load32(base + o[4]));
  a = _mm_insert_epi32(a, load32(base + o[1]), 1);
  b = _mm_insert_epi32(b, load32(base + o[5]), 1);
  a = _mm_insert_epi32(a, load32(base + o[2]), 2);
  b = _mm_insert_epi32(b, load32(base + o[6]), 2);
  a = _mm_insert_epi32(a, load32(base + o[3]), 3);
  b = _mm_insert_epi32(b, load32(base + o[7]), 3);
  return _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
}

INLINE __m256i gather64(const uint8_t *base, const int32_t o[4]) {
  __m128i a = _mm_cvtsi64_si128(load64(base + o[0])), b = _mm_cvtsi64_si128(load64(base + o[2]));
  a = _mm_insert_epi64(a, load64(base + o[1]), 1);
  b = _mm_insert_epi64(b, load64(base + o[3]), 1);
  return _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
}

/// Four pixels: a lane holds top left, top right, bottom left, bottom right.
INLINE __m128i quads(const uint8_t *top, const uint8_t *bottom, const int32_t o[4]) {
  __m128i q = _mm_cvtsi32_si128(load16(top + o[0]));
  q = _mm_insert_epi16(q, load16(bottom + o[0]), 1);
  q = _mm_insert_epi16(q, load16(top + o[1]), 2);
  q = _mm_insert_epi16(q, load16(bottom + o[1]), 3);
  q = _mm_insert_epi16(q, load16(top + o[2]), 4);
  q = _mm_insert_epi16(q, load16(bottom + o[2]), 5);
  q = _mm_insert_epi16(q, load16(top + o[3]), 6);
  return _mm_insert_epi16(q, load16(bottom + o[3]), 7);
}

INLINE void plane_8(uint8_t *out, int count, const uint32_t *taps, const uint16_t *weights, cremap_source source,
                    __m256i stride) {
  int32_t o[8] __attribute__((aligned(32)));
  offsets(o, taps, stride, 0);
  const uint8_t *bottom = source.base + source.stride;
  __m256i samples = _mm256_inserti128_si256(_mm256_castsi128_si256(quads(source.base, bottom, o)),
                                            quads(source.base, bottom, o + 4), 1);
  __m256i w = load_weights(weights);
  // Weights up to 128 only fit unsigned bytes, so the samples are the signed side: less 128.
  __m256i rows = _mm256_maddubs_epi16(across_bytes(w), _mm256_xor_si256(samples, _mm256_set1_epi8((char)0x80)));
  store(out, round_8(_mm256_madd_epi16(rows, pair_words(w, 1))), count);
}

/// Two rows of 16 bytes.
INLINE __m256i two_rows(const uint8_t *row, ptrdiff_t stride) {
  __m256i first = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)row));
  return _mm256_inserti128_si256(first, _mm_loadu_si128((const __m128i *)(row + stride)), 1);
}

/// Eight bytes as words, in both halves.
INLINE __m256i words(const uint8_t *bytes) {
  return _mm256_broadcastsi128_si256(_mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)bytes)));
}

/// Weights of two rows: CREMAP_UNIT less the distance from the row, where that is more than 0.
INLINE __m256i row_weights(__m256i down, short first, short second) {
  __m256i rows = _mm256_setr_m128i(_mm_set1_epi16(first), _mm_set1_epi16(second));
  return _mm256_subs_epu16(_mm256_set1_epi16(CREMAP_UNIT), _mm256_abs_epi16(_mm256_sub_epi16(down, rows)));
}

/// Eight pixels of a group: four rows of 16 bytes instead of sixteen pairs of bytes. Rows that a pixel has no tap in
/// weigh 0.
INLINE void near_8(uint8_t *out, int count, const cremap_group *group, cremap_source source) {
  const uint8_t *top =
      source.base + (ptrdiff_t)(group->base >> 16) * source.stride + (ptrdiff_t)(group->base & 0xFFFF);
  const __m256i sign = _mm256_set1_epi8((char)0x80);
  __m256i place = words(group->place);
  // A column and the next one in the bytes of a word; the weights of the two likewise: 128 − right and right.
  __m256i column = _mm256_and_si256(place, _mm256_set1_epi16(0xF));
  __m256i shuffle = _mm256_add_epi16(_mm256_mullo_epi16(column, _mm256_set1_epi16(0x101)), _mm256_set1_epi16(0x100));
  __m256i across =
      _mm256_add_epi16(_mm256_mullo_epi16(words(group->right), _mm256_set1_epi16(255)), _mm256_set1_epi16(CREMAP_UNIT));
  __m256i row = _mm256_and_si256(place, _mm256_set1_epi16(0xF0));
  __m256i down = _mm256_add_epi16(_mm256_slli_epi16(row, 3), words(group->down));
  __m256i upper = _mm256_xor_si256(_mm256_shuffle_epi8(two_rows(top, source.stride), shuffle), sign);
  __m256i lower =
      _mm256_xor_si256(_mm256_shuffle_epi8(two_rows(top + 2 * source.stride, source.stride), shuffle), sign);
  upper = _mm256_maddubs_epi16(across, upper);
  lower = _mm256_maddubs_epi16(across, lower);
  __m256i w_upper = row_weights(down, 0, CREMAP_UNIT);
  __m256i w_lower = row_weights(down, 2 * CREMAP_UNIT, 3 * CREMAP_UNIT);
  __m256i left = _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), _mm256_unpacklo_epi16(w_upper, w_lower));
  __m256i right = _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), _mm256_unpackhi_epi16(w_upper, w_lower));
  __m256i sums = _mm256_add_epi32(_mm256_permute2x128_si256(left, right, 0x20),
                                  _mm256_permute2x128_si256(left, right, 0x31));
  store(out, round_8(sums), count);
}

INLINE void prefetch_group(const cremap_group *group, cremap_source source) {
  uint32_t base = group->base;
  _mm_prefetch((const char *)source.base + (ptrdiff_t)(base >> 16) * source.stride + (base & 0xFFFF), _MM_HINT_T0);
}

/// A tile of groups. What the next tile's rows begin and end with is fetched early: a row is a line or two of the
/// cache.
AVX2 static void near_tile(const cremap_tile *tile, cremap_source source, cremap_target target) {
  const cremap_group *group = tile->groups;
  const ptrdiff_t ahead = tile->ahead / CREMAP_PADDING, groups = tile->width / CREMAP_PADDING;
  const int rest = tile->width % CREMAP_PADDING;
  for (int j = 0; j < tile->height; j++) {
    uint8_t *out = target.base + (tile->y + j) * target.stride + tile->x;
    prefetch_group(group + ahead, source);
    if (groups > 0) prefetch_group(group + ahead + groups - 1, source);
    for (ptrdiff_t i = 0; i < groups; i++, group++, out += CREMAP_PADDING) near_8(out, CREMAP_PADDING, group, source);
    if (rest > 0) near_8(out, rest, group++, source);
  }
}

INLINE void plane_10(uint8_t *out, int count, const uint32_t *taps, const uint16_t *weights, cremap_source source,
                     __m256i stride, cremap_depth depth) {
  int32_t o[8] __attribute__((aligned(32)));
  offsets(o, taps, stride, 1);
  __m256i w = load_weights(weights), right = pair_words(w, 0);
  __m256i top = _mm256_madd_epi16(ten_bits(gather32(source.base, o), depth), right);
  __m256i bottom = _mm256_madd_epi16(ten_bits(gather32(source.base + source.stride, o), depth), right);
  store(out, blend_10(top, bottom, _mm256_srli_epi32(w, 8)), count);
}

INLINE void pairs_8(uint8_t *first, uint8_t *second, int count, const uint32_t *taps, const uint16_t *weights,
                    cremap_source source, __m256i stride) {
  int32_t o[8] __attribute__((aligned(32)));
  offsets(o, taps, stride, 1);
  const __m256i apart = _mm256_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15,  //
                                         0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15);
  const __m256i sign = _mm256_set1_epi8((char)0x80);
  __m256i w = load_weights(weights), right = across_bytes(w), down = pair_words(w, 1);
  __m256i top = _mm256_shuffle_epi8(gather32(source.base, o), apart);
  __m256i bottom = _mm256_shuffle_epi8(gather32(source.base + source.stride, o), apart);
  top = _mm256_maddubs_epi16(right, _mm256_xor_si256(top, sign));
  bottom = _mm256_maddubs_epi16(right, _mm256_xor_si256(bottom, sign));
  __m256i firsts = _mm256_blend_epi16(top, _mm256_slli_epi32(bottom, 16), 0xAA);
  __m256i seconds = _mm256_blend_epi16(_mm256_srli_epi32(top, 16), bottom, 0xAA);
  store(first, round_8(_mm256_madd_epi16(firsts, down)), count);
  store(second, round_8(_mm256_madd_epi16(seconds, down)), count);
}

/// Four pixels of 10-bit pairs: lanes alternate between first and second.
INLINE __m256i pairs_10_half(cremap_source source, const int32_t o[4], __m128i w, cremap_depth depth) {
  const __m256i apart = _mm256_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,  //
                                         0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
  __m256i doubled = _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(w), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
  __m256i right = pair_words(doubled, 0);
  __m256i top = _mm256_shuffle_epi8(ten_bits(gather64(source.base, o), depth), apart);
  __m256i bottom = _mm256_shuffle_epi8(ten_bits(gather64(source.base + source.stride, o), depth), apart);
  return blend_10(_mm256_madd_epi16(top, right), _mm256_madd_epi16(bottom, right), _mm256_srli_epi32(doubled, 8));
}

INLINE void pairs_10(uint8_t *first, uint8_t *second, int count, const uint32_t *taps, const uint16_t *weights,
                     cremap_source source, __m256i stride, cremap_depth depth) {
  int32_t o[8] __attribute__((aligned(32)));
  offsets(o, taps, stride, 2);
  __m256i w = load_weights(weights);
  const __m256i sort = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
  __m256i low = _mm256_permutevar8x32_epi32(pairs_10_half(source, o, _mm256_castsi256_si128(w), depth), sort);
  __m256i high = _mm256_permutevar8x32_epi32(pairs_10_half(source, o + 4, _mm256_extracti128_si256(w, 1), depth), sort);
  store(first, _mm256_permute2x128_si256(low, high, 0x20), count);
  store(second, _mm256_permute2x128_si256(low, high, 0x31), count);
}

/// Fetches what the next tile needs. A row of it runs along a row of the source, where one tap of eight finds the line,
/// or across, where the taps of other output rows are in the same lines: so output row j asks for pixel j of every
/// eight.
INLINE void prefetch(const uint32_t *ahead, cremap_source source, int bytes_shift) {
  uint32_t tap = *ahead;
  _mm_prefetch((const char *)source.base + (ptrdiff_t)(tap >> 16) * source.stride +
                   ((ptrdiff_t)(tap & 0xFFFF) << bytes_shift), _MM_HINT_T0);
}

#define ROWS(BYTES_SHIFT, BODY)                                                   \
  __m256i stride = _mm256_set1_epi32((int)source.stride);                         \
  for (int j = 0; j < tile->height; j++) {                                        \
    const uint32_t *taps = tile->taps + (ptrdiff_t)j * tile->pitch;               \
    const uint16_t *weights = tile->weights + (ptrdiff_t)j * tile->pitch;         \
    uint8_t *a = first.base + (tile->y + j) * first.stride + tile->x;             \
    uint8_t *b = second.base + (tile->y + j) * second.stride + tile->x;           \
    (void)b;                                                                      \
    for (int i = 0; i < tile->width; i += 8) {                                    \
      prefetch(taps + tile->ahead + i + j % 8, source, BYTES_SHIFT);              \
      BODY;                                                                       \
    }                                                                             \
  }

AVX2 void cremap_plane_tile_avx2(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                 cremap_target first, cremap_target second) {
  if (depth == CREMAP_8 && tile->groups) {
    near_tile(tile, source, first);
  } else if (depth == CREMAP_8) {
    ROWS(0, plane_8(a + i, tile->width - i, taps + i, weights + i, source, stride))
  } else if (depth == CREMAP_10_LOW) {
    ROWS(1, plane_10(a + i, tile->width - i, taps + i, weights + i, source, stride, CREMAP_10_LOW))
  } else {
    ROWS(1, plane_10(a + i, tile->width - i, taps + i, weights + i, source, stride, CREMAP_10_HIGH))
  }
}

AVX2 void cremap_pairs_tile_avx2(const cremap_tile *tile, cremap_depth depth, cremap_source source,
                                 cremap_target first, cremap_target second) {
  if (depth == CREMAP_8) {
    ROWS(1, pairs_8(a + i, b + i, tile->width - i, taps + i, weights + i, source, stride))
  } else if (depth == CREMAP_10_LOW) {
    ROWS(2, pairs_10(a + i, b + i, tile->width - i, taps + i, weights + i, source, stride, CREMAP_10_LOW))
  } else {
    ROWS(2, pairs_10(a + i, b + i, tile->width - i, taps + i, weights + i, source, stride, CREMAP_10_HIGH))
  }
}
#endif
