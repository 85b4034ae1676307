// The kernel's neighbour table (ARP and neighbour discovery) by rtnetlink(7), whose headers Swift's Glibc module lacks.

#ifndef CNEIGHBOURS_H
#define CNEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An address of one of our links and the 48-bit link-layer address behind it; all in host order. An IPv4 address is in
// the low 32 bits of `low`.
struct cneighbours_entry {
  uint64_t high;
  uint64_t low;
  uint64_t link_layer;
  bool is_v6;
};

// Reads the table of the calling thread's network namespace: the entries that have a link-layer address, up to
// `capacity`. Gives their number, or the negated errno.
long cneighbours_read(struct cneighbours_entry *entries, size_t capacity);

// Where an address is, seen from the calling thread's network namespace.
enum cneighbours_place { CNEIGHBOURS_ELSEWHERE, CNEIGHBOURS_OWN, CNEIGHBOURS_ON_LINK };

// Asks for the one address of `entry`, in a time that does not depend on the size of any table. Where it is on a link of
// ours (CNEIGHBOURS_ON_LINK), `link_layer` is filled in. Gives a place, or the negated errno.
int cneighbours_find(struct cneighbours_entry *entry);

#endif
