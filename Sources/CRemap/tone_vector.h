/// Tone mapping with vectors of any width: whoever includes it has defined `vector`, LANES, and what is done with them.
/// The order of operations is that of `pixel` in tone.c.
#include "tone.h"

#pragma STDC FP_CONTRACT OFF

/// So many samples of a row are brought from one stage to the next: short chains of work are done side by side, which a
/// long one for each sample is not.
enum { strip_width = 128 };

typedef struct {
  float r[strip_width], g[strip_width], b[strip_width], system[strip_width];
} __attribute__((aligned(64))) strip;

INLINE vector clamped(vector x, float last) { return smaller(greater(x, all(0)), all(last)); }

INLINE vector quadratic(const ctone_curve curve, vector x) {
  vector i = plus(x, all(CTONE_ROUNDING));
  vector sum = plus(times(entries(curve[2], i), x), entries(curve[1], i));
  return plus(times(sum, x), entries(curve[0], i));
}

INLINE vector cubic(const ctone_curve curve, vector x) {
  vector i = plus(x, all(CTONE_ROUNDING));
  vector sum = plus(times(entries(curve[3], i), x), entries(curve[2], i));
  sum = plus(times(sum, x), entries(curve[1], i));
  return plus(times(sum, x), entries(curve[0], i));
}

/// The square root of the light of a signal.
INLINE vector root(const ctone_map *map, vector x) {
  x = cubic(map->light, clamped(x, CTONE_LAST));
  return map->is_hlg ? x : times(x, x);
}

INLINE vector signal(const ctone_curve curve, vector light) {
  return quadratic(curve, square_root(clamped(light, CTONE_LAST * CTONE_LAST)));
}

INLINE vector weighed(vector r, vector g, vector b, const float w[3]) {
  return plus(plus(times(r, all(w[0])), times(g, all(w[1]))), times(b, all(w[2])));
}

/// What the codes of chroma add to the signals.
INLINE void chroma(const ctone_map *map, const uint16_t *cb_codes, const uint16_t *cr_codes, strip *restrict s,
                   int count) {
  for (int i = 0; i < count; i += 2 * LANES) {
    vector cb = less(words(cb_codes + i / 2), all(512)), cr = less(words(cr_codes + i / 2), all(512));
    put_twice(s->r + i, times(cr, all(map->r_cr)));
    put_twice(s->g + i, plus(times(cb, all(map->g_cb)), times(cr, all(map->g_cr))));
    put_twice(s->b + i, times(cb, all(map->b_cb)));
  }
}

/// From codes to the square roots of the light of each colour.
INLINE void roots(const ctone_map *map, const uint16_t *luma, const strip *chroma, strip *restrict s, int count) {
  for (int i = 0; i < count; i += LANES) {
    vector y = plus(times(words(luma + i), all(map->luma_scale)), all(map->luma_offset));
    put(s->r + i, root(map, plus(y, at(chroma->r + i))));
    put(s->g + i, root(map, plus(y, at(chroma->g + i))));
    put(s->b + i, root(map, plus(y, at(chroma->b + i))));
  }
}

/// The square root of what each light is multiplied by first, for there is a system gamma.
INLINE void systems(const ctone_map *map, strip *restrict s, int count) {
  for (int i = 0; i < count; i += LANES) {
    vector r = at(s->r + i), g = at(s->g + i), b = at(s->b + i);
    vector luminance = weighed(times(r, r), times(g, g), times(b, b), map->luminance);
    put(s->system + i, cubic(map->system, square_root(luminance)));
  }
}

/// From there to light in the display's primaries.
INLINE void lights(const ctone_map *map, strip *restrict s, int count) {
  for (int i = 0; i < count; i += LANES) {
    vector r = at(s->r + i), g = at(s->g + i), b = at(s->b + i);
    vector greatest = greater(greater(r, g), b), gain;
    if (map->is_hlg) {
      vector system = at(s->system + i);
      gain = times(cubic(map->gain, times(greatest, system)), times(system, system));
    } else {
      gain = cubic(map->gain, greatest);
    }
    r = times(times(r, r), gain), g = times(times(g, g), gain), b = times(times(b, b), gain);
    put(s->r + i, weighed(r, g, b, map->gamut[0]));
    put(s->g + i, weighed(r, g, b, map->gamut[1]));
    put(s->b + i, weighed(r, g, b, map->gamut[2]));
  }
}

/// From there to the luma; in the strip red, luma and blue are left, as parts of the luma.
INLINE void signals(const ctone_map *map, strip *restrict s, uint8_t *out, int count) {
  for (int i = 0; i < count; i += LANES) {
    vector r = signal(map->signal[0], at(s->r + i)), g = signal(map->signal[1], at(s->g + i));
    vector b = signal(map->signal[2], at(s->b + i)), y = plus(plus(r, g), b);
    put(s->r + i, r);
    put(s->g + i, y);
    put(s->b + i, b);
    put_bytes(out + i, plus(y, all(CTONE_BLACK)));
  }
}

/// Sums of two columns of two rows.
INLINE vector sums(const float *one, const float *other) {
  return paired(plus(at(one), at(other)), plus(at(one + LANES), at(other + LANES)));
}

INLINE void put_chroma(uint8_t *out, vector colour, vector y, const float weights[2]) {
  put_paired_bytes(out, plus(less(times(colour, all(weights[0])), times(y, all(weights[1]))), all(CTONE_GREY)));
}

FUNCTION void VARIANT(ctone_rows)(const ctone_map *map, ctone_rows rows) {
  strip parts, one, other;
  for (int x = 0; x < rows.width; x += strip_width) {
    const int rest = rows.width - x, count = rest < strip_width ? rest : strip_width;
    chroma(map, rows.cb + x / 2, rows.cr + x / 2, &parts, count);
    roots(map, rows.luma[0] + x, &parts, &one, count);
    roots(map, rows.luma[1] + x, &parts, &other, count);
    if (map->is_hlg) {
      systems(map, &one, count);
      systems(map, &other, count);
    }
    lights(map, &one, count);
    lights(map, &other, count);
    signals(map, &one, rows.out[0] + x, count);
    signals(map, &other, rows.out[1] + x, count);
    for (int i = 0; i < count; i += 2 * LANES) {
      vector y = sums(one.g + i, other.g + i);
      put_chroma(rows.out_cb + (x + i) / 2, sums(one.b + i, other.b + i), y, ctone_cb);
      put_chroma(rows.out_cr + (x + i) / 2, sums(one.r + i, other.r + i), y, ctone_cr);
    }
  }
}
