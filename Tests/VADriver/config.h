/// A configuration: a profile with what it is for.
#pragma once

#include "object.h"
#include "profile.h"

struct config {
    struct object object;
    const struct profile *profile;
    VAEntrypoint entrypoint;
    uint32_t format;       // VA_RT_FORMAT_ bits: all that the profile has, unless the client picked
    uint32_t rate_control; // VA_RC_, of an encoder
};

static inline bool config_encodes(const struct config *config) { return config->entrypoint != VAEntrypointVLD; }
