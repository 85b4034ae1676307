/// Parameter sets of HEVC from VA's picture parameters (7.3.2.1 to 7.3.2.3).
#pragma once

#include <va/va.h>

#include "bytes.h"

/// Appends a VPS and an SPS, both number 0. The SPS has no sets of reference pictures: slices bring their own.
void hevc_write_vps_and_sps(struct bytes *out, const VAPictureParameterBufferHEVC *parameters);

/// `matrix` may be NULL: then the default lists are in force, if any.
void hevc_write_pps(struct bytes *out, const VAPictureParameterBufferHEVC *parameters,
                    const VAIQMatrixBufferHEVC *matrix, int id);
