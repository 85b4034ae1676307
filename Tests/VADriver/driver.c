/// A libva driver for tests: libavcodec's software decoders and libx264 behind the interface of a graphics card.
///
/// libva loads `cupolatest_drv_video.so` when `LIBVA_DRIVERS_PATH` and `LIBVA_DRIVER_NAME=cupolatest` say so. Each
/// picture is decoded inside vaEndPicture from a bitstream that is rebuilt from the parameter buffers, so what a
/// client gets wrong there shows in the pixels. It is no model of a graphics card's speed, tiling or asynchrony.
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

struct visit visit_begin(VADriverContextP va) {
    struct visit visit = {.driver = driver_of(va), .share = COUNTER_CPU_NANOSECONDS};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &visit.entered);
    atomic_fetch_add(&visit.driver->visits, 1);
    visit.faults = faults_now(&visit.driver->faults);
    return visit;
}

void visit_end(struct visit *visit) {
    struct timespec left;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &left);
    int64_t time = (int64_t)(left.tv_sec - visit->entered.tv_sec) * 1000000000;
    time += left.tv_nsec - visit->entered.tv_nsec;
    status_add(COUNTER_CPU_NANOSECONDS, time);
    if (visit->share != COUNTER_CPU_NANOSECONDS) status_add(visit->share, time);
    atomic_fetch_sub(&visit->driver->visits, 1);
}

static VAStatus terminate(VADriverContextP va) {
    struct driver *driver = driver_of(va);
    if (!driver) return VA_STATUS_SUCCESS;
    atomic_store(&driver->closing, true);
    while (atomic_load(&driver->visits)) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    object_table_finish(&driver->objects);
    fault_source_finish(&driver->faults);
    free(driver);
    va->pDriverData = NULL;
    status_add(COUNTER_DISPLAYS_OPEN, -1);
    return VA_STATUS_SUCCESS;
}

static VAStatus initialise(VADriverContextP va) {
    struct driver *driver = calloc(1, sizeof *driver);
    if (!driver) return VA_STATUS_ERROR_ALLOCATION_FAILED;
    status_open();
    fault_source_init(&driver->faults);
    if (faults_now(&driver->faults).device_lost) {
        fault_source_finish(&driver->faults);
        free(driver);
        return injected(VA_STATUS_ERROR_HW_BUSY);
    }
    object_table_init(&driver->objects);
    va->pDriverData = driver;
    va->version_major = VA_MAJOR_VERSION;
    va->version_minor = VA_MINOR_VERSION;
    va->max_profiles = profile_count;
    va->max_entrypoints = 3;
    va->max_attributes = 32;
    va->max_image_formats = 2;
    va->max_subpic_formats = 1;
    va->max_display_attributes = 1;
    va->str_vendor = "Cupola's test driver (software)";
    va->vtable->vaTerminate = terminate;
    config_entries(va->vtable);
    surface_entries(va->vtable);
    buffer_entries(va->vtable);
    image_entries(va->vtable);
    context_entries(va->vtable);
    display_entries(va->vtable);
    status_add(COUNTER_DISPLAYS_OPEN, 1);
    return VA_STATUS_SUCCESS;
}

// libva looks for the name with its own version, or an older one of the same major.
#define INIT_NAME2(major, minor) __vaDriverInit_##major##_##minor
#define INIT_NAME(major, minor) INIT_NAME2(major, minor)

__attribute__((visibility("default"))) VAStatus INIT_NAME(VA_MAJOR_VERSION, VA_MINOR_VERSION)(VADriverContextP va);
VAStatus INIT_NAME(VA_MAJOR_VERSION, VA_MINOR_VERSION)(VADriverContextP va) { return initialise(va); }
