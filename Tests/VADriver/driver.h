/// The driver itself: one for each VADisplay that was initialised.
#pragma once

#include <stdatomic.h>
#include <time.h>
#include <va/va_backend.h>

#include "faults.h"
#include "object.h"
#include "status.h"

struct driver {
    struct object_table objects;
    struct fault_source faults;
    atomic_int surfaces;  // open ones, for `few-surfaces`
    atomic_int visits;    // calls that are inside
    atomic_bool closing;  // a call that hangs lets go
};

static inline struct driver *driver_of(VADriverContextP va) { return va->pDriverData; }

/// One call of the client: the faults as they are at its beginning, and its CPU time, which is counted when it leaves.
struct visit {
    struct driver *driver;
    struct faults faults;
    struct timespec entered;
    enum counter share; // what its time counts as besides
};

struct visit visit_begin(VADriverContextP va);
void visit_end(struct visit *visit);

/// First line of every entry of the vtable.
#define VISIT(va) __attribute__((cleanup(visit_end))) struct visit visit = visit_begin(va)

/// First two lines of every entry that a lost device refuses. What frees frees also then.
#define VISIT_DEVICE(va)                       \
    VISIT(va);                                 \
    if (visit.faults.device_lost) {            \
        status_add(COUNTER_FAULTS_INJECTED, 1); \
        return VA_STATUS_ERROR_HW_BUSY;        \
    }

/// What a fault makes of a call.
static inline VAStatus injected(VAStatus status) {
    status_add(COUNTER_FAULTS_INJECTED, 1);
    return status;
}

/// The result of freeing something: done, and refused if the device is lost.
static inline VAStatus freed(const struct visit *visit, VAStatus status) {
    return visit->faults.device_lost ? injected(VA_STATUS_ERROR_HW_BUSY) : status;
}

void config_entries(struct VADriverVTable *table);
void surface_entries(struct VADriverVTable *table);
void buffer_entries(struct VADriverVTable *table);
void image_entries(struct VADriverVTable *table);
void context_entries(struct VADriverVTable *table);
void display_entries(struct VADriverVTable *table);
