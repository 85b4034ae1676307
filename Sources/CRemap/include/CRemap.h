/// The pixel kernels: bilinear sampling of one plane through a table.
///
/// A table lists, for every output pixel, its top left tap and how far it is from there, in 1/128 of a sample. Pixels
/// are in tile order: tiles of CREMAP_TILE_WIDTH x CREMAP_TILE_HEIGHT from left to right, then down; inside a tile row
/// by row, rows padded to a multiple of 8 entries (the padding repeats an entry that is valid). A tile's source pixels
/// stay in the first-level cache, and the table is read front to back.
///
/// All variants of a kernel give the same bytes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREMAP_TILE_WIDTH 64
#define CREMAP_TILE_HEIGHT 16
#define CREMAP_PADDING 8
#define CREMAP_UNIT 128

/// A source has one picture, or two of the same size.
#define CREMAP_PICTURES 2

/// An output pixel whose taps are not four neighbours: at the seam of a panorama, at its poles, between two faces.
typedef struct {
  uint16_t x, y;         ///< in the output
  uint16_t columns[4];   ///< of the taps: top left, top right, bottom left, bottom right
  uint16_t rows[4];      ///< of the taps
  uint8_t pictures[4];   ///< of the taps
  uint8_t right, down;   ///< weight of the right taps and of the bottom taps, of CREMAP_UNIT
} cremap_scattered_pixel;

/// Eight output pixels in a row, of some of which another place is seen, too: where pictures overlap.
typedef struct {
  uint16_t x, y;         ///< of the first, in the output
  uint8_t picture;       ///< that the place is in
  uint8_t alpha[8];      ///< how much of it is seen, of CREMAP_UNIT
  uint16_t weights[8];   ///< as those of the table
  uint32_t taps[8];
} cremap_overlay;

/// An output pixel that shows nothing.
typedef struct {
  uint16_t x, y;
} cremap_blank_pixel;

/// Eight entries whose taps are all within 16 columns and 4 rows: these rows are loaded whole, and shuffled.
typedef struct {
  uint32_t base;     ///< the first column | the first row << 16
  uint8_t place[8];  ///< for each pixel its top left tap: columns from the first | rows from the first << 4
  uint8_t right[8];  ///< weights of the right taps, of CREMAP_UNIT
  uint8_t down[8];   ///< weights of the bottom taps
} cremap_group;

typedef struct {
  int32_t width, height;       ///< of the output plane
  const uint32_t *taps;        ///< column | row << 16 of the top left tap; null: every pixel is in a list below
  const uint16_t *weights;     ///< weight of the right taps | weight of the bottom taps << 8, of CREMAP_UNIT each
  const uint8_t *pictures;     ///< for each tile: which picture its taps are in; null: the first
  const uint8_t *is_near;      ///< for each tile: whether its groups can be used
  const cremap_group *groups;
  const cremap_overlay *overlays;  ///< laid over in this order
  size_t overlay_count;
  const cremap_scattered_pixel *scattered;
  size_t scattered_count;
  const cremap_blank_pixel *blank;
  size_t blank_count;
} cremap_table;

/// How samples lie in the source.
typedef enum {
  CREMAP_8,         ///< one byte a sample
  CREMAP_10_LOW,    ///< 16-bit words, the sample in the low 10 bits
  CREMAP_10_HIGH,   ///< 16-bit words, the sample in the high 10 bits
} cremap_depth;

typedef enum {
  CREMAP_PORTABLE,
  CREMAP_AVX2,
} cremap_kernel;

/// A source plane. `stride` is in bytes.
typedef struct {
  const uint8_t *base;
  ptrdiff_t stride;
} cremap_source;

/// An output plane of bytes. What `blank` pixels get is `fill`.
typedef struct {
  uint8_t *base;
  ptrdiff_t stride;
  uint8_t fill;
} cremap_target;

/// The fastest kernel that this processor runs.
cremap_kernel cremap_best_kernel(void);

/// Samples a plane. Samples of 10 bits are rounded to 8. `sources` are the plane of each picture that the table names.
///
/// CREMAP_AVX2 needs a plane of less than 2 GiB.
void cremap_plane(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                  cremap_target target);

/// Samples a plane of pairs (Cb, Cr) into two planes. Columns of the table count pairs.
void cremap_pairs(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                  cremap_target first, cremap_target second);

/// As `cremap_plane` and `cremap_pairs`, into 16-bit words with the sample in the low 10 bits. `fill` is of 8 bits still.
void cremap_plane_wide(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                       cremap_target target);
void cremap_pairs_wide(cremap_kernel kernel, cremap_depth depth, const cremap_table *table, const cremap_source *sources,
                       cremap_target first, cremap_target second);

/// How many tiles a plane of this size has.
int32_t cremap_tile_count(int32_t width, int32_t height);

/// Prepares the groups of every tile that can have them: those where the source runs along the output's rows and is not
/// much finer. The groups are zero before; `columns` and `rows` are the source's.
void cremap_prepare_groups(uint8_t *is_near, cremap_group *groups, const uint32_t *taps, const uint16_t *weights,
                           int32_t width, int32_t height, int32_t columns, int32_t rows);

/// A place in a source plane, in samples: the centre of sample (0, 0) is at 0, 0.
typedef struct {
  float x, y;
} cremap_position;

/// Fills a square of a table by bilinear interpolation between its corners, which are `side` (1, 2, 4 or 8) output
/// pixels apart: the first is the square's first pixel, the others are just outside of it.
///
/// All corners must be inside 0...last_column, 0...last_row. `pitch` is how many entries a row of the square is from
/// the next.
void cremap_fill(uint32_t *taps, uint16_t *weights, ptrdiff_t pitch, int side, cremap_position top_left,
                 cremap_position top_right, cremap_position bottom_left, cremap_position bottom_right,
                 int32_t last_column, int32_t last_row);

#include "CTone.h"
