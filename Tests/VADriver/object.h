/// What libva names by a number: configurations, contexts, surfaces, buffers and images.
///
/// A number holds the kind, a generation and a slot, so that a number of something destroyed is refused instead of
/// naming what came after it. Objects are counted: whoever is working on one keeps it alive while another thread
/// destroys it.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum kind { KIND_CONFIG = 1, KIND_CONTEXT, KIND_SURFACE, KIND_BUFFER, KIND_IMAGE };

struct object {
    enum kind kind;
    uint32_t id;
    atomic_int references;
    void (*finish)(struct object *object); // frees it
};

struct object_slot {
    struct object *object;
    uint16_t generation;
};

struct object_table {
    pthread_mutex_t lock;
    struct object_slot *slots;
    uint32_t count;
};

void object_table_init(struct object_table *table);

/// Releases whatever the client left behind, contexts first.
void object_table_finish(struct object_table *table);

/// Gives `object` a number and the table a reference to it; 0 when there is no room.
uint32_t object_insert(struct object_table *table, struct object *object, enum kind kind,
                       void (*finish)(struct object *));

/// The object with that number and kind, with a reference for the caller, or NULL.
void *object_find(struct object_table *table, uint32_t id, enum kind kind);

/// Takes the number away, and gives the table's reference to the caller; NULL when there was none.
void *object_remove(struct object_table *table, uint32_t id, enum kind kind);

void *object_retain(void *object);
void object_release(void *object);
