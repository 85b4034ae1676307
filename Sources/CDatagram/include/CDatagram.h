// The calls that Glibc's Swift module lacks: recvmmsg, sendmmsg, ancillary data, epoll, eventfd, names of threads.
//
// Functions return a count, or the negated errno.

#ifndef CDATAGRAM_H
#define CDATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// The most datagrams that one call moves.
#define CDATAGRAM_BATCH 64

// An IPv4 address in the low 32 bits of `low`, or an IPv6 address; all in host order.
struct cdatagram_address {
  uint64_t high;
  uint64_t low;
  uint16_t port;
  bool is_v6;
};

struct cdatagram_arrival {
  uint32_t length;
  bool is_truncated;
  struct cdatagram_address from;
  // The local address that it was sent to. The port is 0.
  struct cdatagram_address to;
};

// Opens a non-blocking UDP socket bound to `address` that reports the local address of each datagram. With `dual_stack`
// an IPv6 socket takes IPv4 as well. Gives the descriptor.
int cdatagram_open(const struct cdatagram_address *address, bool dual_stack, int buffer_bytes);

// Finds the address that the socket is bound to.
int cdatagram_local_address(int descriptor, struct cdatagram_address *address);

// Whether the kernel knows UDP_SEGMENT.
bool cdatagram_has_segmentation(int descriptor);

// Receives up to `count` (at most CDATAGRAM_BATCH) datagrams, number i at `buffer + i * stride`. Does not block.
int cdatagram_receive(int descriptor, void *buffer, size_t stride, unsigned count, struct cdatagram_arrival *arrivals);

// Sends `length` bytes as datagrams of `segment` bytes (the last may be shorter) in one call, by UDP_SEGMENT when there
// are several. A `from` that is unspecified, or of another family than `to`, leaves the choice to the routing table.
int cdatagram_send_segments(int descriptor, bool is_v6_socket, const struct cdatagram_address *from,
                            const struct cdatagram_address *to, const void *bytes, size_t length, uint16_t segment);

// Sends `count` (at most CDATAGRAM_BATCH) datagrams of `segment` bytes each, the last of what is left of `length`, by
// sendmmsg. Gives how many were taken.
int cdatagram_send_each(int descriptor, bool is_v6_socket, const struct cdatagram_address *from,
                        const struct cdatagram_address *to, const void *bytes, size_t length, uint16_t segment,
                        unsigned count);

// Names the calling thread, with at most 15 characters.
void cdatagram_name_thread(const char *name);

#endif
