/// Reading the faults.
#include "faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

static const struct faults none = {
    .max_width = 8192, .max_height = 8192, .few_surfaces = -1, .error_from = -1, .encode_error_from = -1,
    .flip_bit = -1};

static int scope_named(const char *value, int all) {
    if (!strcmp(value, "surfaces")) return SCOPE_SURFACES;
    if (!strcmp(value, "buffers")) return SCOPE_BUFFERS;
    if (!strcmp(value, "images")) return SCOPE_IMAGES;
    if (!strcmp(value, "decode")) return SCOPE_DECODE;
    if (!strcmp(value, "encode")) return SCOPE_ENCODE;
    return all;
}

static void apply(struct faults *faults, const char *name, const char *value) {
    if (!strcmp(name, "profile-missing")) {
        for (int i = 0; i < profile_count; i++)
            if (!strcmp(profiles[i].name, value)) faults->missing_profiles |= 1u << i;
    } else if (!strcmp(name, "max-size")) {
        sscanf(value, "%dx%d", &faults->max_width, &faults->max_height);
    } else if (!strcmp(name, "context-refused")) {
        faults->context_refused |= scope_named(value, SCOPE_DECODE | SCOPE_ENCODE);
    } else if (!strcmp(name, "few-surfaces")) {
        faults->few_surfaces = atoi(value);
    } else if (!strcmp(name, "decode-error-from")) {
        faults->error_from = atoll(value);
    } else if (!strcmp(name, "encode-error-from")) {
        faults->encode_error_from = atoll(value);
    } else if (!strcmp(name, "slow-sync")) {
        faults->slow_sync = atoi(value);
    } else if (!strcmp(name, "hang-sync")) {
        faults->hang_sync = 1;
    } else if (!strcmp(name, "upload-refused")) {
        faults->upload_refused = strcmp(value, "late") ? UPLOAD_REFUSED_AT_MAPPING : UPLOAD_REFUSED_LATE;
    } else if (!strcmp(name, "layout")) {
        faults->layout = !strcmp(value, "pitch2x")   ? LAYOUT_PITCH2X
                         : !strcmp(value, "tight")   ? LAYOUT_TIGHT
                         : !strcmp(value, "shifted") ? LAYOUT_SHIFTED
                                                     : LAYOUT_PLAIN;
    } else if (!strcmp(name, "alloc-fails")) {
        faults->alloc_fails |= scope_named(value, SCOPE_SURFACES | SCOPE_BUFFERS | SCOPE_IMAGES);
    } else if (!strcmp(name, "flip-bit")) {
        faults->flip_bit = *value ? atoll(value) : -2;
    } else if (!strcmp(name, "derive-refused")) {
        faults->derive_refused = 1;
    } else if (!strcmp(name, "export-refused")) {
        faults->export_refused = 1;
    } else if (!strcmp(name, "device-lost")) {
        faults->device_lost = 1;
    } else if (!strcmp(name, "low-power-only")) {
        faults->low_power_only = 1;
    } else if (!strcmp(name, "encode-missing")) {
        faults->encode_missing = 1;
    } else if (!strcmp(name, "packed-headers-none")) {
        faults->packed_headers_none = 1;
    } else if (!strcmp(name, "rate-control")) {
        faults->rate_controls |= !strcmp(value, "cqp") ? VA_RC_CQP : !strcmp(value, "cbr") ? VA_RC_CBR : VA_RC_VBR;
    } else {
        // A misspelt fault that does nothing would make a test pass for the wrong reason.
        fprintf(stderr, "cupolatest: no fault is called '%s'\n", name);
    }
}

static void apply_list(struct faults *faults, char *text) {
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n;", &rest); line; line = strtok_r(NULL, "\n;", &rest)) {
        char name[64] = "", value[64] = "";
        if (sscanf(line, " %63s %63s", name, value) >= 1 && name[0] != '#') apply(faults, name, value);
    }
}

static void read_file(struct fault_source *source) {
    source->now = source->base;
    FILE *file = fopen(source->path, "re");
    if (!file) return;
    char text[4096];
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    apply_list(&source->now, text);
}

void fault_source_init(struct fault_source *source) {
    memset(source, 0, sizeof *source);
    pthread_mutex_init(&source->lock, NULL);
    source->base = none;
    const char *list = getenv("CUPOLA_VA_FAULT");
    char *copy = list ? strdup(list) : NULL;
    if (copy) apply_list(&source->base, copy);
    free(copy);
    source->now = source->base;
    const char *path = getenv("CUPOLA_VA_FAULTS");
    source->path = path && *path ? strdup(path) : NULL;
}

void fault_source_finish(struct fault_source *source) {
    free(source->path);
    pthread_mutex_destroy(&source->lock);
}

struct faults faults_now(struct fault_source *source) {
    pthread_mutex_lock(&source->lock);
    if (source->path) {
        struct stat now;
        int valid = stat(source->path, &now) == 0;
        if (valid != source->seen_valid ||
            (valid && (now.st_ino != source->seen.st_ino || now.st_size != source->seen.st_size ||
                       now.st_mtim.tv_sec != source->seen.st_mtim.tv_sec ||
                       now.st_mtim.tv_nsec != source->seen.st_mtim.tv_nsec))) {
            source->seen_valid = valid;
            if (valid) source->seen = now;
            read_file(source);
        }
    }
    struct faults faults = source->now;
    pthread_mutex_unlock(&source->lock);
    return faults;
}
