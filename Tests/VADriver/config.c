/// Configurations: what the device says that it can do.
#include "config.h"

#include <stdlib.h>

#include "driver.h"

enum { PACKED_HEADERS = VA_ENC_PACKED_HEADER_SEQUENCE | VA_ENC_PACKED_HEADER_PICTURE | VA_ENC_PACKED_HEADER_SLICE |
                        VA_ENC_PACKED_HEADER_MISC | VA_ENC_PACKED_HEADER_RAW_DATA };
enum { RATE_CONTROLS = VA_RC_CQP | VA_RC_CBR | VA_RC_VBR };

/// NULL when the device does not have it, or is not to have it now.
static const struct profile *offered(const struct faults *faults, VAProfile wanted) {
    const struct profile *profile = profile_find(wanted);
    if (profile && faults->missing_profiles >> (profile - profiles) & 1) return NULL;
    return profile;
}

static int entrypoints(const struct faults *faults, const struct profile *profile, VAEntrypoint *list) {
    int count = 0;
    list[count++] = VAEntrypointVLD;
    if (!profile->encodes || faults->encode_missing) return count;
    if (!faults->low_power_only) list[count++] = VAEntrypointEncSlice;
    else list[count++] = VAEntrypointEncSliceLP;
    return count;
}

static bool has_entrypoint(const struct faults *faults, const struct profile *profile, VAEntrypoint entrypoint) {
    VAEntrypoint list[3];
    int count = entrypoints(faults, profile, list);
    for (int i = 0; i < count; i++)
        if (list[i] == entrypoint) return true;
    return false;
}

static VAStatus query_profiles(VADriverContextP va, VAProfile *list, int *count) {
    VISIT_DEVICE(va);
    *count = 0;
    for (int i = 0; i < profile_count; i++)
        if (offered(&visit.faults, profiles[i].profile)) list[(*count)++] = profiles[i].profile;
    return VA_STATUS_SUCCESS;
}

static VAStatus query_entrypoints(VADriverContextP va, VAProfile wanted, VAEntrypoint *list, int *count) {
    VISIT_DEVICE(va);
    *count = 0;
    const struct profile *profile = offered(&visit.faults, wanted);
    if (!profile) return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
    *count = entrypoints(&visit.faults, profile, list);
    return VA_STATUS_SUCCESS;
}

static uint32_t attribute(const struct faults *faults, const struct profile *profile, VAEntrypoint entrypoint,
                          VAConfigAttribType type) {
    bool encodes = entrypoint != VAEntrypointVLD;
    switch (type) {
    case VAConfigAttribRTFormat: return profile->formats;
    case VAConfigAttribMaxPictureWidth: return (uint32_t)faults->max_width;
    case VAConfigAttribMaxPictureHeight: return (uint32_t)faults->max_height;
    case VAConfigAttribDecSliceMode: return encodes ? VA_ATTRIB_NOT_SUPPORTED : VA_DEC_SLICE_MODE_NORMAL;
    default: break;
    }
    if (!encodes) return VA_ATTRIB_NOT_SUPPORTED;
    switch (type) {
    case VAConfigAttribRateControl: return faults->rate_controls ? faults->rate_controls : RATE_CONTROLS;
    case VAConfigAttribEncPackedHeaders:
        return faults->packed_headers_none ? VA_ENC_PACKED_HEADER_NONE : PACKED_HEADERS;
    // One reference forward and none backward: what low-power encoders have, and all that is true here.
    case VAConfigAttribEncMaxRefFrames: return 1;
    case VAConfigAttribEncMaxSlices: return 32;
    case VAConfigAttribEncSliceStructure:
        return VA_ENC_SLICE_STRUCTURE_EQUAL_ROWS | VA_ENC_SLICE_STRUCTURE_EQUAL_MULTI_ROWS;
    case VAConfigAttribEncQualityRange: return 7;
    case VAConfigAttribEncInterlaced: return VA_ENC_INTERLACED_NONE;
    default: return VA_ATTRIB_NOT_SUPPORTED;
    }
}

static VAStatus get_attributes(VADriverContextP va, VAProfile wanted, VAEntrypoint entrypoint, VAConfigAttrib *list,
                               int count) {
    VISIT_DEVICE(va);
    const struct profile *profile = offered(&visit.faults, wanted);
    if (!profile) return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
    if (!has_entrypoint(&visit.faults, profile, entrypoint)) return VA_STATUS_ERROR_UNSUPPORTED_ENTRYPOINT;
    for (int i = 0; i < count; i++) list[i].value = attribute(&visit.faults, profile, entrypoint, list[i].type);
    return VA_STATUS_SUCCESS;
}

static void finish(struct object *object) { free(object); }

static VAStatus create(VADriverContextP va, VAProfile wanted, VAEntrypoint entrypoint, VAConfigAttrib *list, int count,
                       VAConfigID *id) {
    VISIT_DEVICE(va);
    const struct profile *profile = offered(&visit.faults, wanted);
    if (!profile) return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
    if (!has_entrypoint(&visit.faults, profile, entrypoint)) return VA_STATUS_ERROR_UNSUPPORTED_ENTRYPOINT;
    uint32_t format = profile->formats, rate_control = VA_RC_CQP;
    for (int i = 0; i < count; i++) {
        if (list[i].type == VAConfigAttribRTFormat) {
            format = list[i].value;
            if (!(format & profile->formats)) return VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT;
        } else if (list[i].type == VAConfigAttribRateControl) {
            rate_control = list[i].value;
            if (!(rate_control & attribute(&visit.faults, profile, entrypoint, VAConfigAttribRateControl)))
                return VA_STATUS_ERROR_ATTR_NOT_SUPPORTED;
        }
    }
    struct config *config = calloc(1, sizeof *config);
    if (!config) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    config->profile = profile;
    config->entrypoint = entrypoint;
    config->format = format;
    config->rate_control = rate_control;
    *id = object_insert(&visit.driver->objects, &config->object, KIND_CONFIG, finish);
    if (*id) return VA_STATUS_SUCCESS;
    free(config);
    return VA_STATUS_ERROR_ALLOCATION_FAILED;
}

static VAStatus destroy(VADriverContextP va, VAConfigID id) {
    VISIT(va);
    struct config *config = object_remove(&visit.driver->objects, id, KIND_CONFIG);
    if (!config) return VA_STATUS_ERROR_INVALID_CONFIG;
    object_release(config);
    return freed(&visit, VA_STATUS_SUCCESS);
}

static VAStatus query_attributes(VADriverContextP va, VAConfigID id, VAProfile *profile, VAEntrypoint *entrypoint,
                                 VAConfigAttrib *list, int *count) {
    VISIT_DEVICE(va);
    struct config *config = object_find(&visit.driver->objects, id, KIND_CONFIG);
    if (!config) return VA_STATUS_ERROR_INVALID_CONFIG;
    *profile = config->profile->profile;
    *entrypoint = config->entrypoint;
    *count = 0;
    list[(*count)++] = (VAConfigAttrib){VAConfigAttribRTFormat, config->format};
    if (config_encodes(config)) list[(*count)++] = (VAConfigAttrib){VAConfigAttribRateControl, config->rate_control};
    object_release(config);
    return VA_STATUS_SUCCESS;
}

void config_entries(struct VADriverVTable *table) {
    table->vaQueryConfigProfiles = query_profiles;
    table->vaQueryConfigEntrypoints = query_entrypoints;
    table->vaGetConfigAttributes = get_attributes;
    table->vaCreateConfig = create;
    table->vaDestroyConfig = destroy;
    table->vaQueryConfigAttributes = query_attributes;
}
