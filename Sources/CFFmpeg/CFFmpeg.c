#include "CFFmpeg.h"
#include <zlib.h>

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

ptrdiff_t cffmpeg_inflate(const uint8_t *source, size_t source_size, uint8_t *target, size_t target_size) {
  if (source_size > UINT32_MAX || target_size > UINT32_MAX) return -1;
  z_stream stream = {.next_in = (Bytef *)source, .avail_in = (uInt)source_size, .next_out = target,
                     .avail_out = (uInt)target_size};
  // A negative size of the window: no header and no checksum.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return -1;
  int result = inflate(&stream, Z_FINISH);
  ptrdiff_t count = (ptrdiff_t)stream.total_out;
  inflateEnd(&stream);
  return result == Z_STREAM_END ? count : -1;
}
