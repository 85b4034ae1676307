/// Preloaded into an unmodified program: whatever it opens as a render node is the tests' device.
#include <va/va_drm.h>

#include "winsys.h"

__attribute__((visibility("default"))) VADisplay vaGetDisplayDRM(int descriptor) {
    (void)descriptor;
    return winsys_display();
}
