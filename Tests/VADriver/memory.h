/// Memory of surfaces and images: a memfd, so that it can be exported as a descriptor, mapped once.
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
    atomic_int references;
    int file;
    size_t size;
    uint8_t *data;
};

struct memory *memory_create(size_t size);
struct memory *memory_retain(struct memory *memory);
void memory_release(struct memory *memory);
