/// The smallest window system that libva takes: it knows its driver's name and nothing else.
#include "winsys.h"

#include <stdlib.h>
#include <string.h>
#include <va/va_backend.h>

// Exported by libva for its own window systems, and in no installed header.
VADisplayContextP va_newDisplayContext(void);
VADriverContextP va_newDriverContext(VADisplayContextP display);

static int is_valid(VADisplayContextP display) { return display != NULL && display->pDriverContext != NULL; }

static void destroy(VADisplayContextP display) {
    free(display->pDriverContext->drm_state);
    free(display->pDriverContext);
    free(display);
}

static const char *driver_name(void) {
    const char *name = getenv("LIBVA_DRIVER_NAME");
    return name && *name ? name : "cupolatest";
}

#if VA_CHECK_VERSION(1, 20, 0)
static VAStatus get_driver_names(VADisplayContextP display, char **names, unsigned *count) {
    (void)display;
    if (*count < 1) return VA_STATUS_ERROR_INVALID_PARAMETER;
    names[0] = strdup(driver_name());
    *count = 1;
    return names[0] ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_ALLOCATION_FAILED;
}
#else
static VAStatus get_driver_name(VADisplayContextP display, char **name) {
    (void)display;
    *name = strdup(driver_name());
    return *name ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_ALLOCATION_FAILED;
}

static VAStatus get_candidates(VADisplayContextP display, int *count) {
    (void)display;
    *count = 1;
    return VA_STATUS_SUCCESS;
}

static VAStatus get_driver_name_by_index(VADisplayContextP display, char **name, int index) {
    return index == 0 ? get_driver_name(display, name) : VA_STATUS_ERROR_INVALID_PARAMETER;
}
#endif

VADisplay winsys_display(void) {
    VADisplayContextP display = va_newDisplayContext();
    if (!display) return NULL;
    display->vaIsValid = is_valid;
    display->vaDestroy = destroy;
#if VA_CHECK_VERSION(1, 20, 0)
    display->vaGetDriverNames = get_driver_names;
#else
    display->vaGetDriverName = get_driver_name;
    display->vaGetNumCandidates = get_candidates;
    display->vaGetDriverNameByIndex = get_driver_name_by_index;
#endif
    VADriverContextP driver = va_newDriverContext(display);
    if (!driver) {
        free(display);
        return NULL;
    }
    driver->display_type = VA_DISPLAY_DRM_RENDERNODES;
    return display;
}
