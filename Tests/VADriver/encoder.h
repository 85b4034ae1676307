/// H.264 encoding with libx264 inside.
#pragma once

#include <va/va.h>

#include "buffer.h"
#include "config.h"
#include "surface.h"

struct encoder;

struct encoder *encoder_create(const struct config *config, int width, int height);
void encoder_destroy(struct encoder *encoder);

void encoder_begin(struct encoder *encoder);

/// Takes what it needs from `buffer`, which lives until the picture ends.
VAStatus encoder_render(struct encoder *encoder, struct buffer *buffer);

/// Encodes what is in `input` into the picture's coded buffer.
VAStatus encoder_encode(struct encoder *encoder, struct driver *driver, struct surface *input);
