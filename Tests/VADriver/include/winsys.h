/// A VADisplay without a graphics card, a DRM device or a window system.
#pragma once

#include <va/va.h>

/// libva then loads the driver that `LIBVA_DRIVER_NAME` names from `LIBVA_DRIVERS_PATH`, `cupolatest` without the
/// first, at vaInitialize. NULL when there is no memory. vaTerminate frees it.
VADisplay winsys_display(void);
