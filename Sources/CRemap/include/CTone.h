/// Tone mapping: a 4:2:0 picture of 10-bit HDR samples to one of 8-bit BT.709 samples in limited range.
///
/// From signals to light, there by one gain for all three colours and through a matrix, and back to signals; the curves
/// are the caller's. All variants give the same bytes.
#pragma once
#include "CRemap.h"

/// A curve over 0…7: piece i is for what is nearest to i, a + b x + c x² + d x³, its coefficients being [0…3][i].
#define CTONE_PIECES 8
#define CTONE_LAST 7.0f
typedef float ctone_curve[4][CTONE_PIECES];

typedef struct {
  float luma_scale, luma_offset;  ///< of a code value to the signal: 0…7
  float r_cr, g_cb, g_cr, b_cb;   ///< what a code value of chroma, less 512, adds to the signal of each colour
  /// The light of a signal, which goes from 0 to 7²: its fourth root for PQ, its square root for HLG.
  ctone_curve light;
  ctone_curve gain;               ///< what light is multiplied by, by the square root of the greatest of the three
  bool is_hlg;                    ///< light is first multiplied by a power of its luminance, the system gamma less 1
  float luminance[3];
  ctone_curve system;  ///< the square root of that power, by the square root of the luminance
  float gamut[3][3];   ///< from light in the source's primaries to light in those of BT.709, 7² being white
  ctone_curve signal[3];  ///< the part of a colour in the luma (0…219) by the square root of its light; no fourth row
} ctone_map;

/// Planes of a picture of 16-bit words, the sample in the low 10 bits.
typedef struct {
  cremap_source luma, cb, cr;
} ctone_source;

/// Planes of bytes.
typedef struct {
  cremap_target luma, cb, cr;
} ctone_target;

typedef enum {
  CTONE_PORTABLE,
  CTONE_AVX2,
  CTONE_AVX512,
} ctone_kernel;

/// The fastest kernel that this processor runs; it runs those before it, too.
ctone_kernel ctone_best_kernel(void);

/// - width, height: in luma samples.
void ctone_apply(ctone_kernel kernel, const ctone_map *map, ctone_source source, ctone_target target, int32_t width,
                 int32_t height);
