#include "CFFmpeg.h"

#include <stdatomic.h>
#include <string.h>

static _Atomic(cffmpeg_log_handler) log_handler = NULL;
static atomic_int log_level = AV_LOG_QUIET;

// libav logs a line in pieces now and then; the prefix belongs before the first piece only.
static _Thread_local int print_prefix = 1;

static void write_log(void *object, int level, const char *format, va_list arguments) {
    cffmpeg_log_handler handler = atomic_load(&log_handler);
    int severity = level & 0xff;
    if (handler == NULL || severity > atomic_load(&log_level)) return;
    char line[1024];
    if (av_log_format_line2(object, severity, format, arguments, line, sizeof line, &print_prefix) < 0) return;
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = 0;
    if (length > 0) handler(severity, line);
}

void cffmpeg_set_log(cffmpeg_log_handler handler, int level) {
    atomic_store(&log_level, level);
    atomic_store(&log_handler, handler);
    av_log_set_callback(write_log);
}

void cffmpeg_make_callbacks_thread_safe(AVCodecContext *context) {
#if FF_API_THREAD_SAFE_CALLBACKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    context->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#else
    (void)context;
#endif
}
