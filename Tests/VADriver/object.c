/// The table of numbered objects.
#include "object.h"

#include <stdlib.h>
#include <string.h>

enum { MAXIMUM_SLOTS = 1 << 16 };

static uint32_t make_id(enum kind kind, uint16_t generation, uint32_t slot) {
    return (uint32_t)kind << 28 | (uint32_t)(generation & 0xfff) << 16 | slot;
}

void object_table_init(struct object_table *table) {
    memset(table, 0, sizeof *table);
    pthread_mutex_init(&table->lock, NULL);
}

void object_table_finish(struct object_table *table) {
    for (int contexts = 1; contexts >= 0; contexts--) {
        for (uint32_t i = 0; i < table->count; i++) {
            struct object *object = table->slots[i].object;
            if (!object || (contexts && object->kind != KIND_CONTEXT)) continue;
            table->slots[i].object = NULL;
            object_release(object);
        }
    }
    free(table->slots);
    pthread_mutex_destroy(&table->lock);
}

uint32_t object_insert(struct object_table *table, struct object *object, enum kind kind,
                       void (*finish)(struct object *)) {
    object->kind = kind;
    object->finish = finish;
    object->id = 0;
    atomic_store(&object->references, 1);
    pthread_mutex_lock(&table->lock);
    uint32_t slot = 0;
    while (slot < table->count && table->slots[slot].object) slot++;
    if (slot == table->count && table->count < MAXIMUM_SLOTS) {
        uint32_t count = table->count ? table->count * 2 : 64;
        struct object_slot *slots = realloc(table->slots, count * sizeof *slots);
        if (slots) {
            memset(slots + table->count, 0, (count - table->count) * sizeof *slots);
            table->slots = slots;
            table->count = count;
        }
    }
    if (slot < table->count) {
        table->slots[slot].object = object;
        table->slots[slot].generation++;
        object->id = make_id(kind, table->slots[slot].generation, slot);
    }
    pthread_mutex_unlock(&table->lock);
    return object->id;
}

/// With the lock held.
static struct object_slot *find_slot(struct object_table *table, uint32_t id, enum kind kind) {
    uint32_t slot = id & 0xffff;
    if (id >> 28 != (uint32_t)kind || slot >= table->count) return NULL;
    struct object *object = table->slots[slot].object;
    return object && object->id == id ? &table->slots[slot] : NULL;
}

void *object_find(struct object_table *table, uint32_t id, enum kind kind) {
    pthread_mutex_lock(&table->lock);
    struct object_slot *slot = find_slot(table, id, kind);
    struct object *object = slot ? object_retain(slot->object) : NULL;
    pthread_mutex_unlock(&table->lock);
    return object;
}

void *object_remove(struct object_table *table, uint32_t id, enum kind kind) {
    pthread_mutex_lock(&table->lock);
    struct object_slot *slot = find_slot(table, id, kind);
    struct object *object = slot ? slot->object : NULL;
    if (slot) slot->object = NULL;
    pthread_mutex_unlock(&table->lock);
    return object;
}

void *object_retain(void *object) {
    if (object) atomic_fetch_add(&((struct object *)object)->references, 1);
    return object;
}

void object_release(void *pointer) {
    struct object *object = pointer;
    if (object && atomic_fetch_sub(&object->references, 1) == 1) object->finish(object);
}
