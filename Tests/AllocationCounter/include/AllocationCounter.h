#pragma once
#include <stdbool.h>
#include <stdint.h>

/// How many times this thread has taken memory from the heap.
uint64_t allocation_count(void);

/// False where a sanitizer has the heap: nothing is counted then.
bool allocation_counts(void);
