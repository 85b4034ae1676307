/// Memory of surfaces and images.
#include "memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory *memory_create(size_t size) {
    struct memory *memory = calloc(1, sizeof *memory);
    if (!memory) return NULL;
    atomic_store(&memory->references, 1);
    memory->size = size;
    memory->file = memfd_create("cupolatest-surface", MFD_CLOEXEC);
    void *map = MAP_FAILED;
    if (memory->file >= 0 && ftruncate(memory->file, (off_t)size) == 0)
        map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, 0);
    if (map == MAP_FAILED) {
        if (memory->file >= 0) close(memory->file);
        free(memory);
        return NULL;
    }
    memory->data = map;
    return memory;
}

struct memory *memory_retain(struct memory *memory) {
    atomic_fetch_add(&memory->references, 1);
    return memory;
}

void memory_release(struct memory *memory) {
    if (!memory || atomic_fetch_sub(&memory->references, 1) != 1) return;
    munmap(memory->data, memory->size);
    close(memory->file);
    free(memory);
}
