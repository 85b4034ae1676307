/// The page of counters.
#include "status.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, NAME_WIDTH = 24, DIGITS = 16, LINE = NAME_WIDTH + DIGITS + 1 };

static const char *const names[COUNTER_COUNT] = {
    "displays-open",    "contexts-open",    "surfaces-open",        "surfaces-peak",   "buffers-open",
    "images-open",      "contexts-made",    "surfaces-made",        "decoded-h264",    "decoded-hevc",
    "decoded-vp8",      "decoded-vp9",      "decoded-av1",          "encoded-h264",    "encoded-key-frames",
    "decode-errors",    "stale-references", "decoder-restarts",     "syncs",           "images-derived",
    "images-read",      "images-written",   "descriptors-exported", "faults-injected", "cpu-nanoseconds",
    "cpu-decoding",     "cpu-encoding",     "cpu-copying",
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t values[COUNTER_COUNT];
static uint64_t edition;
static char *page; // stays mapped: the counters outlive a display

static void write_number(int line, uint64_t number) {
    char *digits = page + line * LINE + NAME_WIDTH;
    uint64_t rest = number / 10;
    for (int i = DIGITS - 2; i >= 0; i--, rest /= 10) digits[i] = (char)('0' + rest % 10);
    // Last, and in order: what was written before is seen before, what comes later later.
    __atomic_exchange_n(&digits[DIGITS - 1], (char)('0' + number % 10), __ATOMIC_SEQ_CST);
}

static void write_line(int line, const char *name, uint64_t number) {
    char *text = page + line * LINE;
    memset(text, ' ', NAME_WIDTH);
    memcpy(text, name, strlen(name));
    text[LINE - 1] = '\n';
    write_number(line, number);
}

void status_open(void) {
    pthread_mutex_lock(&lock);
    const char *path = getenv("CUPOLA_VA_STATUS");
    if (!page && path && *path) {
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        const off_t size = (COUNTER_COUNT + 2) * LINE;
        if (file >= 0 && ftruncate(file, size) == 0) {
            void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (map != MAP_FAILED) page = map;
        }
        if (file >= 0) close(file);
        if (page) {
            write_line(0, "edition", edition);
            for (int i = 0; i < COUNTER_COUNT; i++) write_line(i + 1, names[i], (uint64_t)values[i]);
            write_line(COUNTER_COUNT + 1, "edition-end", edition);
        }
    }
    pthread_mutex_unlock(&lock);
}

void status_add(enum counter counter, int64_t amount) {
    pthread_mutex_lock(&lock);
    values[counter] += amount;
    if (page) {
        write_number(0, ++edition);
        write_number(counter + 1, (uint64_t)values[counter]);
        if (counter == COUNTER_SURFACES_OPEN && values[counter] > values[COUNTER_SURFACES_PEAK]) {
            values[COUNTER_SURFACES_PEAK] = values[counter];
            write_number(COUNTER_SURFACES_PEAK + 1, (uint64_t)values[COUNTER_SURFACES_PEAK]);
        }
        write_number(COUNTER_COUNT + 1, edition);
    }
    pthread_mutex_unlock(&lock);
}
