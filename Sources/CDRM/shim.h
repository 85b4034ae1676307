#pragma once

#include <drm_fourcc.h>
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

// Macros with arithmetic in them are not imported.
static const uint32_t CDRM_FORMAT_XRGB8888 = DRM_FORMAT_XRGB8888;

/// What a flip's event says; `serial` is what was given with the flip.
struct cdrm_flip {
  uint64_t serial;
  uint32_t count;   ///< of vertical blanks; 0 where the driver has none
  int64_t time;     ///< nanoseconds of CLOCK_MONOTONIC
};

/// Reads the flips that have completed, `capacity` at most. Gives their number, or the negated errno.
///
/// libdrm's own reader hands events to functions, one for all; these are plain structures in what the card's
/// descriptor gives (drm(7)).
static inline int cdrm_read_flips(int descriptor, struct cdrm_flip *flips, int capacity) {
  char buffer[1024] __attribute__((aligned(8)));
  ssize_t length = read(descriptor, buffer, sizeof buffer);
  if (length < 0) return -errno;
  int count = 0;
  for (ssize_t at = 0; at + (ssize_t)sizeof(struct drm_event) <= length;) {
    struct drm_event event;
    __builtin_memcpy(&event, buffer + at, sizeof event);
    if (event.length < sizeof event || event.length > length - at) break;
    if (event.type == DRM_EVENT_FLIP_COMPLETE && event.length >= sizeof(struct drm_event_vblank) && count < capacity) {
      struct drm_event_vblank flip;
      __builtin_memcpy(&flip, buffer + at, sizeof flip);
      flips[count++] = (struct cdrm_flip){
          flip.user_data, flip.sequence, (int64_t)flip.tv_sec * 1000000000 + (int64_t)flip.tv_usec * 1000};
    }
    at += event.length;
  }
  return count;
}

/// Waits for descriptors, `timeout` nanoseconds at most; negative: for ever. By ppoll(2), a GNU extension that Swift's
/// Glibc module does not show, for poll(2) knows milliseconds only.
int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static inline int cdrm_poll(struct pollfd *polled, nfds_t count, int64_t timeout) {
  struct timespec time = {timeout / 1000000000, timeout % 1000000000};
  return ppoll(polled, count, timeout < 0 ? NULL : &time, NULL);
}

/// Opens a socket of the kernel's own device events (not udev's, which need its library to be trusted); negated errno.
static inline int cdrm_open_uevents(void) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (descriptor < 0) return -errno;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
  int error = errno;
  close(descriptor);
  return -error;
}

/// Reads one event of the kernel's; 0: it was somebody else's, or empty. Negated errno: EAGAIN when there is none.
static inline long cdrm_read_uevent(int descriptor, char *buffer, size_t capacity) {
  struct sockaddr_nl from = {0};
  socklen_t from_length = sizeof from;
  ssize_t length = recvfrom(descriptor, buffer, capacity, 0, (struct sockaddr *)&from, &from_length);
  if (length < 0) return -errno;
  return from.nl_pid == 0 ? length : 0;
}
