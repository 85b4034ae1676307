/// Proves the driver: `check matrix|encode|faults|threads|leaks FOLDER`, or `check FOLDER` for all of it.
///
/// Also makes a clip for the matrix: `check fields FROM TO`.
#include "check.h"

#include <fcntl.h>
#include <libavutil/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"

int64_t status_of(const char *name) {
    FILE *file = fopen(getenv("CUPOLA_VA_STATUS"), "r");
    char line[128], found[64];
    long long number, result = -1;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%63s %lld", found, &number) == 2 && !strcmp(found, name)) result = number;
    if (file) fclose(file);
    return result;
}

void inject(const char *faults) {
    const char *path = getenv("CUPOLA_VA_FAULTS");
    char aside[1024];
    snprintf(aside, sizeof aside, "%s.new", path);
    FILE *file = fopen(aside, "w");
    if (!file) return;
    fputs(faults, file);
    fclose(file);
    rename(aside, path);
}

int main(int count, char **arguments) {
    if (count == 4 && !strcmp(arguments[1], "fields")) return make_fields(arguments[2], arguments[3]);
    const char *part = count > 2 ? arguments[1] : "all", *folder = arguments[count - 1];
    char status[1024], faults[1024];
    snprintf(status, sizeof status, "%s/status.%d", folder, (int)getpid());
    snprintf(faults, sizeof faults, "%s/faults.%d", folder, (int)getpid());
    setenv("CUPOLA_VA_STATUS", status, 1);
    setenv("CUPOLA_VA_FAULTS", faults, 1);
    setenv("LIBVA_MESSAGING_LEVEL", "1", 0);
    av_log_set_level(AV_LOG_FATAL);
    bool all = !strcmp(part, "all");
    int wrong = 0;
    if (all || !strcmp(part, "matrix")) wrong += check_matrix(folder, getenv("MORE"));
    if (all || !strcmp(part, "encode")) wrong += check_encode();
    if (all || !strcmp(part, "faults")) wrong += check_faults(folder);
    if (all || !strcmp(part, "threads")) wrong += check_threads(folder);
    if (all || !strcmp(part, "leaks")) wrong += check_leaks(folder, getenv("TIMES") ? atoi(getenv("TIMES")) : 1000);
    unlink(status);
    unlink(faults);
    printf("%s\n", wrong ? "WRONG" : "all as it should be");
    return wrong ? 1 : 0;
}
